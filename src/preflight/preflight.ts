import { parseBuild } from './build-number.ts';
import type { InstallPlan } from './checks/check.ts';
import type { HostAccess } from './host/access.ts';
import { type HostFacts, readHostFacts } from './host/facts.ts';
import { describedHost } from './host/fixture.ts';
import { liveHost } from './host/live.ts';
import { inspectRestoreImage, type RestoreImage } from './image/restore-image.ts';
import type { SourceOptions } from './image/source.ts';
import { type LoadedTable, loadTable, type TablePlaces } from './known-broken/table.ts';
import { imageOfBuild } from './known-images.ts';
import { type Edition, wordsFor } from './phrases.ts';
import { judge, type Verdict } from './verdict.ts';

export interface PreflightOptions {
  /** A folder that describes another host; this computer when undefined. */
  readonly hostRoot?: string | undefined;
  /** Where image, disk and saved states will lie. */
  readonly libraryPath: string;
  readonly edition?: Edition;
  readonly plan?: Partial<InstallPlan>;
  readonly table?: TablePlaces;
  /** Also ask whether Apple's signing server can be reached. */
  readonly askSigningServer?: boolean;
  readonly http?: SourceOptions;
  readonly now?: Date;
}

export interface PreflightReport {
  readonly checkedAt: Date;
  readonly image: RestoreImage;
  /** What the image is called in this edition: `macOS 15.6.1 (24G90)`; where it is, when no macOS for machines. */
  readonly name: string;
  readonly host: HostFacts;
  readonly plan: InstallPlan;
  readonly table: Pick<LoadedTable, 'serial' | 'issued' | 'origin' | 'problems'>;
  readonly verdict: Verdict;
}

/** What a new machine gets unless somebody chooses otherwise. */
export const usualPlan: Omit<InstallPlan, 'imageIsLocal'> = {
  diskBytes: 64e9,
  savedStateBytes: 9e9,
  cpus: 4,
  memoryMiB: 8192,
};

/**
 * Whether a host can install an image, given as a path, an http(s) address or a build number.
 * Everything is read anew at each call. Throws what inspectRestoreImage throws, BAD_REQUEST for an
 * unknown build, CONFIG_INVALID for a folder that describes no host.
 */
export async function preflight(
  imageName: string,
  options: PreflightOptions,
): Promise<PreflightReport> {
  const access = await accessTo(options.hostRoot);
  const [image, situation] = await Promise.all([
    findImage(imageName, options.http),
    readSituation(access, options),
  ]);
  return judgeImage(image, situation, options);
}

/** Host and table at one moment, for judging several images at once. */
export interface Situation {
  readonly host: HostFacts;
  readonly table: LoadedTable;
}

export async function readSituation(
  access: HostAccess,
  options: PreflightOptions,
): Promise<Situation> {
  const [host, table] = await Promise.all([
    readHostFacts(access, {
      libraryPath: options.libraryPath,
      askSigningServer: options.askSigningServer === true,
    }),
    loadTable(options.table),
  ]);
  return { host, table };
}

export function judgeImage(
  image: RestoreImage,
  { host, table }: Situation,
  options: PreflightOptions,
): PreflightReport {
  const now = options.now ?? new Date();
  const plan: InstallPlan = {
    ...usualPlan,
    imageIsLocal: image.from === 'file',
    ...options.plan,
  };
  const words = wordsFor(options.edition ?? 'direct', table.coverage.released);
  const { serial, issued, origin, problems } = table;
  return {
    checkedAt: now,
    image,
    name: image.forVms ? words.guest(image) : image.location,
    host,
    plan,
    table: { serial, issued, origin, problems },
    verdict: judge({ image, host, plan, table, words, now }),
  };
}

export async function accessTo(hostRoot: string | undefined): Promise<HostAccess> {
  return hostRoot === undefined ? liveHost() : await describedHost(hostRoot);
}

/** The image of a path, an address or a build number. */
export async function findImage(
  name: string,
  http: SourceOptions | undefined,
): Promise<RestoreImage> {
  return parseBuild(name) === undefined
    ? await inspectRestoreImage(name, http)
    : imageOfBuild(name);
}
