import { capital } from '../amounts.ts';
import type { Pair } from '../known-broken/schema.ts';
import { compareVersions, generation, majorOf } from '../version.ts';
import { type Check, type CheckContext, type Evidence, found, pass, steps } from './check.ts';
import { namedHost } from './named-host.ts';
import { updateMacos, upgradeInside } from './remedies.ts';

function report(context: CheckContext): Pair['report'] {
  const { image, host, table } = context;
  if (!host.macos.known) return 'none';
  const pair = { host: majorOf(host.macos.value.version), guest: majorOf(image.version) };
  return (
    table.pairs.find((each) => each.host === pair.host && each.guest === pair.guest)?.report ??
    'none'
  );
}

function evidenceOf({ image, host, words, table }: CheckContext, said: Pair['report']): Evidence[] {
  const macos = host.macos;
  return [
    {
      what: 'in the machine and on this Mac',
      found: `${words.version(image)} on ${macos.known ? words.version(namedHost(macos.value)) : 'an unknown version'}`,
      source: macos.source,
    },
    {
      what: 'reports about this pair',
      found: {
        works: 'it works',
        'works-with-device-support': 'it works with device support',
        fails: 'it fails',
        none: 'none',
      }[said],
      source: `Torpor’s table of known problems, ${table.issued}`,
    },
  ];
}

/** Guests far behind the host were dropped before: 12 and 13 on the first versions of 26. */
export const guestMuchOlder: Check = {
  id: 'guest-much-older',
  title: 'Older macOS in the machine',
  run: (context) => {
    const { image, host, words } = context;
    if (!host.macos.known) {
      return found(
        'unknown',
        'Torpor cannot tell how much older the image is than the macOS of this Mac.',
        [],
      );
    }
    const gap = generation(host.macos.value.version) - generation(image.version);
    if (gap <= 0) return pass('The image is not older than the macOS of this Mac.');
    const said = report(context);
    const evidence = evidenceOf(context, said);
    if (said === 'works')
      return pass('Others run a macOS this old on a macOS like this Mac’s.', evidence);
    const distance = gap === 1 ? 'one release' : `${gap} releases`;
    const start = `${words.guest(image)} is ${distance} older than the macOS of this Mac`;
    if (said === 'fails') {
      return found(
        'warn',
        `${capital(start)}, and machines that old have failed on it.`,
        evidence,
        steps({ text: 'If it fails, use a newer macOS in the machine.' }),
      );
    }
    return gap >= 3
      ? found('unknown', `${capital(start)}, and nobody has reported whether that works.`, evidence)
      : found(
          'warn',
          `${capital(start)}. Nobody has reported on this pair; older guests usually work.`,
          evidence,
        );
  },
};

/** Device support alone may not be enough for a guest that is newer than the host. */
export const guestNewer: Check = {
  id: 'guest-newer',
  title: 'Newer macOS in the machine',
  run: (context) => {
    const { image, host, words } = context;
    if (!host.macos.known) {
      return found(
        'unknown',
        'Torpor cannot tell whether the image is newer than the macOS of this Mac.',
        [],
      );
    }
    const { version } = host.macos.value;
    if (compareVersions(twoParts(image.version), twoParts(version)) <= 0) {
      return pass('The image is not newer than the macOS of this Mac.');
    }
    const said = report(context);
    const evidence = evidenceOf(context, said);
    const gap = generation(image.version) - generation(version);
    const remedy = {
      ...steps(
        image.kind === 'seed'
          ? { text: 'If the installation fails, update this Mac first and check again.' }
          : updateMacos(twoParts(image.version), words),
      ),
      alternatives: [upgradeInside(image, words)],
    };
    const start = `${capital(words.guest(image))} is newer than the macOS of this Mac`;
    if (gap <= 0) {
      return found(
        'warn',
        `${start}. With device support that is new enough this usually works, but it has failed before.`,
        evidence,
        remedy,
      );
    }
    if (said === 'works' || said === 'works-with-device-support') {
      return found(
        'warn',
        `${start}. Others have installed such a pair with the right device support, but device support alone may not be enough.`,
        evidence,
        remedy,
      );
    }
    return said === 'fails'
      ? found('fail', `${start}, and everybody who tried this pair failed.`, evidence, remedy)
      : found(
          'unknown',
          `${start}, and nobody has reported whether this pair works, so Torpor cannot tell.`,
          evidence,
          remedy,
        );
  },
};

function twoParts(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
