import { compareBuilds, parseBuild } from '../build-number.ts';
import type { HostFacts } from '../host/facts.ts';
import { compareVersions, majorOf } from '../version.ts';
import type { BuildRange, Row, VersionRange } from './schema.ts';

/** `maybe`: a fact that the row asks about is unknown. */
export type Match = 'yes' | 'no' | 'maybe';

export interface Guest {
  readonly version: string;
  readonly build: string;
}

/** Whether a row holds for this guest on this host today. */
export function matchRow(row: Row, guest: Guest, host: HostFacts, now: Date): Match {
  const today = now.toISOString().slice(0, 10);
  if (today < row.from || (row.until !== null && today > row.until)) return 'no';
  const { when } = row;
  if (when.error !== undefined) return 'no';
  const macos = host.macos.known ? host.macos.value : undefined;
  return all([
    () => (when.guest === undefined ? 'yes' : matchSystem(when.guest, guest)),
    () => {
      if (when.host === undefined) return 'yes';
      return macos === undefined ? 'maybe' : matchSystem(when.host, macos);
    },
    () => {
      if (when.mobileDevice === undefined) return 'yes';
      return host.mobileDevice.known
        ? is(inVersions(when.mobileDevice, host.mobileDevice.value))
        : 'maybe';
    },
    () => matchXcode(when.prereleaseXcode, host),
    () => {
      if (when.signingServer === undefined) return 'yes';
      if (host.signing === undefined) return 'no';
      return host.signing.known ? is(!host.signing.value.reachable) : 'maybe';
    },
  ]);
}

function all(questions: readonly (() => Match)[]): Match {
  const answers = questions.map((ask) => ask());
  if (answers.includes('no')) return 'no';
  return answers.includes('maybe') ? 'maybe' : 'yes';
}

function matchSystem(condition: NonNullable<Row['when']['guest']>, system: Guest): Match {
  const build = parseBuild(system.build);
  return all([
    () =>
      condition.versions === undefined ? 'yes' : is(inVersions(condition.versions, system.version)),
    () => {
      if (condition.builds === undefined) return 'yes';
      return build === undefined ? 'maybe' : is(inBuilds(condition.builds, build.text));
    },
    () => {
      if (condition.seed === undefined) return 'yes';
      return build === undefined ? 'maybe' : is((build.kind === 'seed') === condition.seed);
    },
  ]);
}

function matchXcode(major: number | undefined, host: HostFacts): Match {
  if (major === undefined) return 'yes';
  if (!host.xcodes.known) return 'maybe';
  return is(
    host.xcodes.value.some(
      (copy) => copy.prerelease && copy.version !== undefined && majorOf(copy.version) === major,
    ),
  );
}

export function inVersions(range: VersionRange, version: string): boolean {
  const { from, above, to, below } = range;
  return (
    (from === undefined || compareVersions(version, from) >= 0) &&
    (above === undefined || compareVersions(version, above) > 0) &&
    (to === undefined || compareVersions(version, to) <= 0) &&
    (below === undefined || compareVersions(version, below) < 0)
  );
}

function inBuilds(range: BuildRange, text: string): boolean {
  const against = (other: string): number => {
    const [a, b] = [parseBuild(text), parseBuild(other)];
    return a === undefined || b === undefined ? Number.NaN : compareBuilds(a, b);
  };
  const { from, above, to, below } = range;
  return (
    (from === undefined || against(from) >= 0) &&
    (above === undefined || against(above) > 0) &&
    (to === undefined || against(to) <= 0) &&
    (below === undefined || against(below) < 0)
  );
}

function is(truth: boolean): Match {
  return truth ? 'yes' : 'no';
}
