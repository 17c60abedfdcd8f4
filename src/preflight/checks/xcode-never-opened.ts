import { capital } from '../amounts.ts';
import { aboutDeviceSupport, type Check, checkAgain, type Evidence, pass, steps } from './check.ts';
import { compareDeviceSupport, unopenedXcode } from './device-support.ts';
import { openXcode } from './remedies.ts';

/** The most frequent reason of all: Xcode is there, so people think that device support is. */
export const xcodeNeverOpened: Check = {
  id: 'xcode-never-opened',
  title: 'Xcode',
  run: (context) => {
    const { host, words } = context;
    const state = compareDeviceSupport(context);
    if (state === 'enough') return pass('Xcode is not needed: the device support is new enough.');
    if (!host.xcodes.known) {
      return aboutDeviceSupport('unknown', 'Torpor cannot tell whether Xcode is on this Mac.', [
        {
          what: 'copies of Xcode',
          found: `unknown: ${host.xcodes.reason}`,
          source: host.xcodes.source,
        },
      ]);
    }
    const evidence: Evidence[] = host.xcodes.value.map((copy) => ({
      what: words.xcode(copy),
      found: copy.firstLaunch.known
        ? copy.firstLaunch.value
          ? 'was opened'
          : 'was never opened since it was installed'
        : `unknown whether it was opened: ${copy.firstLaunch.reason}`,
      source: words.path(copy) ?? 'the folder of applications',
    }));
    if (evidence.length === 0)
      return pass('There is no Xcode on this Mac. It is one way to get device support.');
    const unopened = unopenedXcode(context);
    if (unopened !== undefined) {
      return aboutDeviceSupport(
        state === 'too-old' ? 'fail' : 'unknown',
        `${capital(words.xcode(unopened))} was never opened since it was installed, so the device support it carries is not installed. Open it once.`,
        evidence,
        steps(openXcode(unopened, words), checkAgain),
      );
    }
    if (host.xcodes.value.some((copy) => !copy.firstLaunch.known)) {
      return aboutDeviceSupport(
        'unknown',
        'Torpor cannot tell whether the Xcode on this Mac was ever opened. Opening it does no harm.',
        evidence,
      );
    }
    return pass('Every Xcode on this Mac was opened; what it brought is installed.', evidence);
  },
};
