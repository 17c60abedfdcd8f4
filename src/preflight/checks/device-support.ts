import type { Xcode } from '../host/xcode.ts';
import { xcodeMajor } from '../phrases.ts';
import { atLeast, majorOf } from '../version.ts';
import { aboutDeviceSupport, type Check, type CheckContext, type Evidence, pass } from './check.ts';
import { deviceSupportRemedy } from './remedies.ts';

/** The comparison that every failed installation of June comes down to. */
export type DeviceSupport = 'enough' | 'too-old' | 'unknown';

export function compareDeviceSupport(context: CheckContext): DeviceSupport {
  const needed = context.image.requires.mobileDevice;
  const { mobileDevice } = context.host;
  if (!needed.known || !mobileDevice.known) return 'unknown';
  return atLeast(mobileDevice.value, needed.value) ? 'enough' : 'too-old';
}

/** A copy of Xcode that was certainly never opened and is recent enough to help with the image. */
export function unopenedXcode({ host, image }: CheckContext): Xcode | undefined {
  if (!host.xcodes.known) return undefined;
  return host.xcodes.value.find(
    (copy) =>
      copy.carriesDeviceSupport &&
      copy.firstLaunch.known &&
      !copy.firstLaunch.value &&
      (copy.version === undefined || majorOf(copy.version) >= xcodeMajor(image)),
  );
}

export function deviceSupportEvidence({ image, host }: CheckContext): Evidence {
  const needed = image.requires.mobileDevice;
  const here = host.mobileDevice;
  return {
    what: 'device support (MobileDevice.framework)',
    found: here.known ? here.value : `unknown: ${here.reason}`,
    needed: needed.known ? `${needed.value} or later` : `unknown: ${needed.reason}`,
    source: `${here.source}; ${needed.source}`,
  };
}

export const deviceSupport: Check = {
  id: 'device-support',
  title: 'Device support',
  run: (context) => {
    const { image, host, words, table } = context;
    const evidence = [deviceSupportEvidence(context)];
    const needed = image.requires.mobileDevice;
    const here = host.mobileDevice;
    if (!needed.known) {
      return aboutDeviceSupport(
        'unknown',
        'The image does not say which device support it needs, so Torpor cannot tell whether this Mac has it.',
        evidence,
      );
    }
    const remedy = deviceSupportRemedy({
      image,
      words,
      needed: needed.value,
      released: table.coverage.released,
      unopened: unopenedXcode(context),
    });
    if (!here.known) {
      return aboutDeviceSupport(
        'unknown',
        'Torpor cannot tell which device support this Mac has. If it is too old, the installation ends with “A software update is required to complete the installation”.',
        evidence,
        remedy,
      );
    }
    if (compareDeviceSupport(context) === 'enough') {
      return pass(
        `Device support ${here.value} is new enough: the image asks for ${needed.value}.`,
        evidence,
      );
    }
    return aboutDeviceSupport(
      'fail',
      `The device support of this Mac is too old for ${words.guest(image)}: it is ${here.value}, and the image needs ${needed.value}. The installation would end with “A software update is required to complete the installation”.`,
      evidence,
      remedy,
    );
  },
};
