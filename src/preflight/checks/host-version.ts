import { atLeast } from '../version.ts';
import { type Check, type Evidence, found, pass } from './check.ts';
import { namedHost } from './named-host.ts';
import { updateMacos, upgradeInside } from './remedies.ts';

/** The hard floor: below it, the framework refuses the image's hardware model. */
export const hostVersion: Check = {
  id: 'host-version',
  title: 'macOS of this Mac',
  run: ({ image, host, words }) => {
    const needed = image.requires.host;
    const { macos } = host;
    const evidence: Evidence[] = [
      {
        what: 'macOS of this Mac',
        found: macos.known ? words.version(namedHost(macos.value)) : `unknown: ${macos.reason}`,
        needed: needed.known
          ? `${words.macos(needed.value)} or later`
          : `unknown: ${needed.reason}`,
        source: `${macos.source}; ${needed.source}`,
      },
    ];
    if (!macos.known) {
      return found('unknown', 'Torpor cannot tell which macOS this Mac runs.', evidence);
    }
    if (!needed.known) {
      return found(
        'unknown',
        `The image does not say which macOS this Mac must run, so Torpor cannot tell.`,
        evidence,
      );
    }
    const { version } = macos.value;
    if (!atLeast(version, '12.0')) {
      return found(
        'fail',
        `This Mac runs macOS ${version}. macOS machines need macOS 12 or later on the Mac.`,
        evidence,
        { steps: [updateMacos('12.0', words)], restart: false, alternatives: [] },
      );
    }
    const here = words.host(namedHost(macos.value));
    if (atLeast(version, needed.value)) {
      return pass(
        `${here} is new enough: the image asks for ${words.macos(needed.value)}.`,
        evidence,
      );
    }
    return found(
      'fail',
      `This Mac runs ${here}, and ${words.guest(image)} can only be installed on ${words.macos(needed.value)} or later. Device support does not change that.`,
      evidence,
      {
        steps: [updateMacos(needed.value, words)],
        restart: false,
        alternatives: [upgradeInside(image, words)],
      },
    );
  },
};
