import { type Remedy, steps } from '../checks/check.ts';
import { deviceSupportRemedy, portal } from '../checks/remedies.ts';
import { ownMobileDevice } from '../known-images.ts';
import { atLeast, compareVersions } from '../version.ts';
import { allText, type FrameworkError, restoreErrorOf } from './framework-error.ts';
import { certain, type ExplainContext, hostMajor, type Meaning } from './meaning.ts';

/** Errors of loading and installing restore images; undefined for all others. */
export function explainInstall(
  error: FrameworkError,
  context: ExplainContext,
): Meaning | undefined {
  switch (error.code) {
    case 1:
      return internal(error, context);
    case 7:
    case 10001:
      return {
        ...certain(
          'Apple’s servers could not be reached.',
          'Check the network, a VPN or a proxy, and try again; a downloaded image installs without the catalogue.',
        ),
        certainty: 'likely',
      };
    case 10002:
    case 10003:
      return {
        sentence:
          'Apple’s catalogue had nothing that this Mac can install. That happens when Apple is about to change it, or on a macOS it does not know.',
        certainty: 'likely',
        because: [],
        remedy: steps({
          text: 'Choose an image by file or address instead.',
          button: { label: 'Choose an Image', action: { kind: 'choose-image' } },
        }),
      };
    case 10004:
      return {
        sentence:
          'The image could not be opened: it is not on this Mac, not complete, or the app may not read it.',
        certainty: 'likely',
        because: [],
        remedy: steps(
          {
            text: 'Check the image; that reads it without the framework.',
            command: 'torpor preflight IMAGE',
          },
          {
            text: 'If it is incomplete, download it again: “torpor download” verifies what it downloads.',
          },
        ),
      };
    case 10005:
      return {
        ...certain(
          'The file is no restore image, or not one for virtual machines.',
          'Choose an image of macOS for Apple silicon; “torpor preflight IMAGE” says what a file is.',
        ),
        certainty: 'likely',
      };
    case 10006:
      return requiresUpdate(context);
    case 10007:
      return failed(error, context);
    default:
      return undefined;
  }
}

/** 10006 came with macOS 13; before that, the same cause was error 1 at 0 %. */
function internal(error: FrameworkError, context: ExplainContext): Meaning {
  const during = /install/i.test(allText(error)) || context.image !== undefined;
  if (hostMajor(context.host) === 12 && during) {
    return {
      ...requiresUpdate(context),
      sentence:
        'The device support of this Mac is probably too old for the image: macOS 12 has no error of its own for that and says “internal error”.',
    };
  }
  return {
    sentence: 'Something inside Apple’s framework failed; this error says no more.',
    certainty: 'unknown',
    because: [],
    remedy: steps({
      text: 'Try again once; then restart the Mac and try again. If it stays, report it with the text of the error.',
    }),
  };
}

function requiresUpdate(context: ExplainContext): Meaning {
  const { host, image } = context;
  const needed = image?.requires.mobileDevice;
  const because = deviceSupportFacts(context);
  const enough =
    needed?.known === true &&
    host.mobileDevice.known &&
    atLeast(host.mobileDevice.value, needed.value);
  if (enough) {
    return {
      sentence:
        'The framework says that the device support of this Mac is too old, although its version is new enough now. It may have been installed after the failure, and takes effect after a restart at the latest.',
      certainty: 'possible',
      because,
      remedy: steps(
        { text: 'Restart this Mac and install again.' },
        {
          text: 'If it fails again, open the newest Xcode once and let it install its components.',
        },
      ),
    };
  }
  return {
    sentence:
      'The device support of this Mac is too old for the image: macOS restores a machine with it and it must know the image’s macOS. macOS may offer to update it; for new versions that often finds nothing.',
    certainty: 'certain',
    because,
    remedy: deviceSupport(context),
  };
}

function failed(error: FrameworkError, context: ExplainContext): Meaning {
  const said = allText(error);
  if (/tss_submit|SendHttpRequest|auth install options/i.test(said)) return signingBlocked();
  const signing = context.host.signing;
  if (signing?.known === true && !signing.value.reachable) return signingBlocked();
  const inner = restoreErrorOf(error);
  const because = deviceSupportFacts(context);
  if (inner === 10) {
    return {
      sentence:
        'The image’s own installer refused this Mac: its device support does not know something that this macOS needs (“This host version is unsupported”). That happens at 77 to 82 %, also when the version asked for is there.',
      certainty: 'likely',
      because: [...because, ...badDeviceSupport(context)],
      remedy: {
        steps: [
          {
            text: 'Update the macOS of this Mac to its newest version.',
            button: { label: 'Open Software Update', action: { kind: 'open-software-update' } },
          },
          {
            text: 'Install the newest device support for the macOS in the image, restart, and try again.',
            button: {
              label: 'Open Apple’s Downloads',
              action: { kind: 'open-address', url: portal },
            },
          },
        ],
        restart: true,
        alternatives: [insideStep],
      },
    };
  }
  if (inner === 11) {
    return {
      sentence:
        'The installation stopped near the end with error 11, whose meaning nobody outside Apple knows. It was seen when the image is newer than the macOS of the Mac, and went away with an update of the Mac.',
      certainty: 'possible',
      because,
      remedy: {
        steps: [plainUpdate],
        restart: false,
        alternatives: [insideStep],
      },
    };
  }
  return {
    sentence: `The installation failed in the code that restores the machine${inner === undefined ? '' : ` (its error ${inner})`}; the cause is not in the error.`,
    certainty: 'unknown',
    because,
    remedy: steps(
      {
        text: 'Check Mac and image, with the signing server.',
        command: 'torpor preflight IMAGE --signing',
      },
      {
        text: 'Look for “tss” and “restore” in the log of the time of the failure.',
        command: 'log show --last 1h --predicate \'process CONTAINS "Virtualization"\'',
      },
    ),
  };
}

const plainUpdate = {
  text: 'Update the macOS of this Mac to its newest version and install again.',
  button: { label: 'Open Software Update', action: { kind: 'open-software-update' } },
} as const;

const insideStep = {
  text: 'Install an older macOS in the machine and upgrade it from inside, in its own Software Update.',
};

function signingBlocked(): Meaning {
  return {
    sentence:
      'Apple’s signing server (gs.apple.com) could not be reached. Every installation asks it for a signature for this one machine.',
    certainty: 'likely',
    because: [],
    remedy: steps({
      text: 'Switch off a VPN, a content filter or a proxy, or let gs.apple.com pass; then install again.',
    }),
  };
}

function deviceSupport({ image, words, table }: ExplainContext): Remedy {
  const needed = image?.requires.mobileDevice;
  if (image !== undefined && needed?.known === true) {
    return deviceSupportRemedy({
      image,
      words,
      needed: needed.value,
      released: table.coverage.released,
      unopened: undefined,
    });
  }
  return {
    steps: [
      { text: 'If Xcode is on this Mac, open it once and let it install its components.' },
      {
        text: 'Otherwise download the Device Support package for the macOS in the image from developer.apple.com, install it and restart this Mac.',
        button: { label: 'Open Apple’s Downloads', action: { kind: 'open-address', url: portal } },
      },
    ],
    restart: true,
    alternatives: [plainUpdate, insideStep],
  };
}

function deviceSupportFacts({ host, image }: ExplainContext): string[] {
  const here = host.mobileDevice;
  const needed = image?.requires.mobileDevice;
  return [
    here.known
      ? `The device support of this Mac is ${here.value}${needed?.known === true ? `; the image asks for ${needed.value}` : ''}.`
      : `Torpor cannot tell which device support this Mac has: ${here.reason}.`,
  ];
}

/** A version above what macOS brings itself came from somewhere else, for better or worse. */
function badDeviceSupport({ host }: ExplainContext): string[] {
  if (!host.macos.known || !host.mobileDevice.known) return [];
  const own = ownMobileDevice(host.macos.value.version);
  return own !== undefined && compareVersions(host.mobileDevice.value, own) > 0
    ? [
        `That is newer than what this Mac’s macOS brings (${own} or later), so Xcode or a Device Support package installed it; an early one may be the cause.`,
      ]
    : [];
}
