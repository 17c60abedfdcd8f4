import { day } from './amounts.ts';
import type { Remedy } from './checks/check.ts';
import { checkAgain } from './checks/check.ts';
import type { HostFacts } from './host/facts.ts';
import { ownMobileDevice } from './known-images.ts';
import { compareVersions } from './version.ts';

/** Something about this Mac that will matter at the next installation, to show beside its machines. */
export interface Outlook {
  readonly sentence: string;
  readonly remedy: Remedy;
}

/**
 * Says when an update of macOS came after device support was installed and left only its own
 * behind. Machines that exist go on: device support is needed for installing, not for running.
 * Undefined when there is nothing to say, or nothing certain.
 */
export function deviceSupportOutlook(host: HostFacts): Outlook | undefined {
  const receipt = host.deviceSupportReceipt;
  const update = host.lastUpdate;
  if (!receipt.known || !update.known || !host.macos.known || !host.mobileDevice.known) {
    return undefined;
  }
  if (receipt.value === undefined || update.value === undefined) return undefined;
  const own = ownMobileDevice(host.macos.value.version);
  const undone =
    receipt.value.installedAt < update.value.at &&
    own !== undefined &&
    compareVersions(host.mobileDevice.value, own) <= 0;
  if (!undone) return undefined;
  return {
    sentence: `The update of macOS on ${day(update.value.at)} removed the device support that was installed on ${day(receipt.value.installedAt)}. Your machines go on running, but a new macOS machine may not install until it is there again.`,
    remedy: {
      steps: [
        {
          text: 'Open Xcode once, or run the installer of the Device Support package again, before the next installation.',
        },
        checkAgain,
      ],
      restart: false,
      alternatives: [],
    },
  };
}
