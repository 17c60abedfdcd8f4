/** Dotted version numbers as Apple writes them: `12.0`, `26.5.1`, `1827.100.14`. */

const pattern = /^\d{1,9}(\.\d{1,9}){0,7}$/;

export function isVersion(text: string): boolean {
  return pattern.test(text);
}

/**
 * Negative, zero or positive as `a` is older than, equal to or newer than `b`. Parts compare as
 * numbers and missing parts count as 0, so `1253` equals `1253.0.0`. Both must satisfy `isVersion`.
 */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function atLeast(version: string, minimum: string): boolean {
  return compareVersions(version, minimum) >= 0;
}

export function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

/**
 * The place of a macOS major in the row of yearly releases: 15 is followed by 26, since Apple went
 * over to numbering by year in 2025. 26 is generation 16, 27 is 17.
 */
export function generation(version: string): number {
  const major = majorOf(version);
  return major >= 26 ? major - 10 : major;
}

/** The later of two versions, or the one that is there. */
export function latest(versions: readonly string[]): string | undefined {
  return versions.reduce<string | undefined>(
    (best, each) => (best === undefined || compareVersions(each, best) > 0 ? each : best),
    undefined,
  );
}
