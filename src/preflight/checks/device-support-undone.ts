import { day } from '../amounts.ts';
import { aboutDeviceSupport, type Check, type Evidence, pass } from './check.ts';
import { compareDeviceSupport, deviceSupportEvidence, unopenedXcode } from './device-support.ts';
import { deviceSupportRemedy } from './remedies.ts';

/** An update of macOS may put its own, older device support back. It did so in 12.5 and 15.7.5. */
export const deviceSupportUndone: Check = {
  id: 'device-support-undone',
  title: 'Device support after updates',
  run: (context) => {
    const { image, host, words, table } = context;
    const state = compareDeviceSupport(context);
    if (state === 'enough') return pass('No update of macOS has undone the device support.');
    if (state === 'unknown') {
      return aboutDeviceSupport(
        'unknown',
        'Torpor cannot tell whether an update of macOS has undone device support that was installed.',
        [deviceSupportEvidence(context)],
      );
    }
    const receipt = host.deviceSupportReceipt;
    const update = host.lastUpdate;
    const evidence: Evidence[] = [
      {
        what: 'device support was installed',
        found: receipt.known
          ? receipt.value === undefined
            ? 'no receipt'
            : day(receipt.value.installedAt)
          : `unknown: ${receipt.reason}`,
        source: receipt.source,
      },
      {
        what: 'macOS was updated',
        found: update.known
          ? update.value === undefined
            ? 'no record'
            : day(update.value.at)
          : `unknown: ${update.reason}`,
        source: update.source,
      },
    ];
    const installedAt = receipt.known ? receipt.value?.installedAt : undefined;
    const updatedAt = update.known ? update.value?.at : undefined;
    if (installedAt === undefined || updatedAt === undefined || installedAt > updatedAt) {
      return pass('There is no sign that an update of macOS has undone device support.', evidence);
    }
    const needed = image.requires.mobileDevice;
    const unopened = unopenedXcode(context);
    return aboutDeviceSupport(
      'fail',
      `Device support was installed on this Mac on ${day(installedAt)}, but the update of macOS on ${day(updatedAt)} put an older one back. It must be installed again.`,
      evidence,
      deviceSupportRemedy({
        image,
        words,
        needed: needed.known ? needed.value : '0',
        released: table.coverage.released,
        unopened,
      }),
    );
  },
};
