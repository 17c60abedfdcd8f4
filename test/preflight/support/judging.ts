/** Verdicts in a line: a host as a folder and an image as a value. */

import { parseBuild } from '../../../src/preflight/build-number.ts';
import { type Fact, known, unknown } from '../../../src/preflight/fact.ts';
import type { RestoreImage } from '../../../src/preflight/image/restore-image.ts';
import { requirementOf } from '../../../src/preflight/known-images.ts';
import {
  accessTo,
  judgeImage,
  type PreflightOptions,
  type PreflightReport,
  readSituation,
} from '../../../src/preflight/preflight.ts';
import { type HostSpec, writeHost } from '../hosts/describe.ts';

export interface GuestSpec {
  readonly version: string;
  readonly build: string;
  /** Null for an image that does not state it. */
  readonly mobileDevice?: string | null;
  readonly host?: string | null;
  readonly forVms?: boolean;
  readonly device?: string;
}

/** An image that asks for what the real one of its version and build asks for. */
export function imageOf(spec: GuestSpec): RestoreImage {
  const usual = requirementOf(spec.version, spec.build);
  const fact = (given: string | null | undefined, usually: string | undefined): Fact<string> => {
    const value = given === undefined ? usually : (given ?? undefined);
    return value === undefined
      ? unknown('the image does not state it', 'test')
      : known(value, 'test');
  };
  return {
    location: 'test.ipsw',
    from: 'file',
    version: spec.version,
    build: spec.build,
    kind: parseBuild(spec.build)?.kind,
    listedAsRelease: false,
    products: spec.forVms === false ? ['iPhone17,1'] : ['VirtualMac2,1'],
    forVms: spec.forVms ?? true,
    device: spec.device,
    requires: {
      mobileDevice: fact(spec.mobileDevice, usual?.mobileDevice),
      host: fact(spec.host, usual?.host),
      cpus: known(2, 'test'),
      memoryMiB: known(4096, 'test'),
    },
    size: 20e9,
    systemDiskBytes: 12e9,
    validator: undefined,
    counts: { requests: 0, bytes: 0 },
  };
}

export const today = new Date('2026-11-24T12:00:00Z');

let nth = 0;

export async function verdictOf(
  folder: string,
  host: HostSpec,
  guest: GuestSpec | RestoreImage,
  more: Partial<PreflightOptions> = {},
): Promise<PreflightReport> {
  nth += 1;
  const root = await writeHost(`${folder}/host-${nth}`, host);
  const options: PreflightOptions = { libraryPath: '/Users/me', now: today, ...more };
  const situation = await readSituation(await accessTo(root), options);
  return judgeImage('requires' in guest ? guest : imageOf(guest), situation, options);
}

/** Outcomes that are not `pass`, as `id: outcome`. */
export function problemsOf({ verdict }: PreflightReport): string[] {
  return verdict.results
    .filter((each) => each.outcome !== 'pass')
    .map((each) => `${each.id}: ${each.outcome}`);
}
