import { capital } from '../amounts.ts';
import { type Check, found, pass } from './check.ts';
import { compareDeviceSupport } from './device-support.ts';
import { portal } from './remedies.ts';

/** The system's own pop-up finds nothing for seeds, so what they need must be fetched by hand. */
export const downloadAccess: Check = {
  id: 'download-access',
  title: 'Access to downloads',
  run: (context) => {
    const { image, words } = context;
    const evidence = [
      {
        what: 'kind of image',
        found:
          image.kind === undefined
            ? 'unknown'
            : image.kind === 'seed'
              ? words.seed
              : image.listedAsRelease
                ? 'release'
                : 'release, as far as its build tells',
        source: 'the form of its build number',
      },
    ];
    if (image.kind === undefined) {
      return found(
        'unknown',
        'The build number has a form that Torpor does not know, so it cannot tell whether this is a release.',
        evidence,
      );
    }
    if (image.kind !== 'seed') {
      const certain = image.listedAsRelease || image.kind !== 'release-or-candidate';
      const sentence = image.listedAsRelease
        ? 'Apple lists the image as a release.'
        : `The image has the build number of ${certain ? 'a release' : words.releaseForm}.`;
      return pass(sentence, evidence);
    }
    const remedy = {
      steps: [
        {
          text: 'Sign in with an Apple account at developer.apple.com before you start.',
          button: {
            label: 'Open Apple’s Downloads',
            action: { kind: 'open-address', url: portal } as const,
          },
        },
      ],
      restart: false,
      alternatives: [],
    };
    return compareDeviceSupport(context) === 'enough'
      ? found(
          'warn',
          `${capital(words.guest(image))} is ${words.seed}: it may stop working, and what it needs later must be fetched from Apple’s pages for developers.`,
          evidence,
        )
      : found(
          'warn',
          `${capital(words.guest(image))} is ${words.seed}: macOS will offer to update the device support and then find nothing. It must be fetched from Apple’s pages for developers, with an Apple account.`,
          evidence,
          remedy,
        );
  },
};
