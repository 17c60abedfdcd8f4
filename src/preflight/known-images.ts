import data from '../../assets/preflight/requirements.json' with { type: 'json' };
import { TorporError } from '../core/errors.ts';
import { compareBuilds, parseBuild } from './build-number.ts';
import { type Fact, known, unknown } from './fact.ts';
import type { RestoreImage } from './image/restore-image.ts';
import { inVersions } from './known-broken/match.ts';
import type { BuildRange, VersionRange } from './known-broken/schema.ts';
import { compareVersions } from './version.ts';

interface KnownGuest {
  readonly label: string;
  readonly versions?: VersionRange;
  readonly builds?: BuildRange;
  readonly mobileDevice: string;
  readonly host: string;
  readonly cpus?: number;
  readonly memoryMiB?: number;
  /** Where the row is from. What nobody has read from an image has no row: unknown never passes. */
  readonly source: string;
}

const guests: readonly KnownGuest[] = data.guests;
const builds: Readonly<Record<string, string>> = data.builds;
const source = `Torpor’s table of images (${data.issued})`;

/** The builds the table names, with their versions. */
export function knownBuilds(): readonly { readonly build: string; readonly version: string }[] {
  return Object.entries(builds).map(([build, version]) => ({ build, version }));
}

/**
 * What is on record about a build, for when no image is at hand. Less sure than reading the image:
 * everything it does not know is an unknown fact. Throws BAD_REQUEST for a build nobody recorded.
 */
export function imageOfBuild(build: string): RestoreImage {
  const parsed = parseBuild(build);
  const version = builds[build];
  if (parsed === undefined || version === undefined) {
    throw new TorporError('BAD_REQUEST', 'Torpor has no record of that build.', {
      hint: 'Give the image’s file or its address instead: what an image needs stands in it.',
    });
  }
  const entry = requirementOf(version, build);
  const origin = entry === undefined ? source : `${source}, from ${entry.source}`;
  const stated = <T>(value: T | undefined, what: string): Fact<T> =>
    value === undefined
      ? unknown(`the table does not know ${what} of this build`, origin)
      : known(value, origin);
  return {
    location: `build ${build}`,
    from: 'table',
    version,
    build,
    kind: parsed.kind,
    listedAsRelease: false,
    products: ['VirtualMac2,1'],
    forVms: true,
    device: undefined,
    requires: {
      mobileDevice: stated(entry?.mobileDevice, 'the device support'),
      host: stated(entry?.host, 'the host version'),
      cpus: stated(entry?.cpus, 'the fewest CPUs'),
      memoryMiB: stated(entry?.memoryMiB, 'the least memory'),
    },
    size: undefined,
    systemDiskBytes: undefined,
    validator: undefined,
    counts: { requests: 0, bytes: 0 },
  };
}

/** The first entry that fits: entries for single builds stand before those for versions. */
export function requirementOf(version: string, build: string): KnownGuest | undefined {
  // A release of 27.0 must not take the demands of its betas: those entries name builds alone.
  return guests.find(
    (each) =>
      (each.versions === undefined || inVersions(each.versions, version)) &&
      (each.builds === undefined || withinBuilds(each.builds, build)),
  );
}

/**
 * The MobileDevice version that macOS `version` brings itself, at least; undefined before macOS 12. It is
 * inferred (a Mac installs its own version), for advice and explanations: no check may pass by it.
 */
export function ownMobileDevice(version: string): string | undefined {
  return data.hosts.bounds.findLast((each) => compareVersions(each.version, version) <= 0)
    ?.mobileDevice;
}

/** The oldest macOS that brings at least this MobileDevice version itself, as far as is known. */
export function hostWith(mobileDevice: string): string | undefined {
  return data.hosts.bounds.find((each) => compareVersions(each.mobileDevice, mobileDevice) >= 0)
    ?.version;
}

function withinBuilds(range: BuildRange, text: string): boolean {
  const build = parseBuild(text);
  const edge = (other: string | undefined): number | undefined => {
    const parsed = other === undefined ? undefined : parseBuild(other);
    return build === undefined || parsed === undefined ? undefined : compareBuilds(build, parsed);
  };
  return (
    build !== undefined &&
    (edge(range.from) ?? 0) >= 0 &&
    (edge(range.to) ?? 0) <= 0 &&
    (edge(range.above) ?? 1) > 0 &&
    (edge(range.below) ?? -1) < 0
  );
}
