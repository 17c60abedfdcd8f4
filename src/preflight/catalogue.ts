import { z } from 'zod';
import { type Problem, TorporError, toProblem } from '../core/errors.ts';
import { parseBuild } from './build-number.ts';
import { fetchText } from './fetch-text.ts';
import { readBounded } from './host/live.ts';
import { virtualMac } from './image/device.ts';
import type { HttpOptions } from './image/http-range.ts';
import { parsePlist } from './image/plist.ts';
import { dictAt, hostBounds, isDict, type PlistValue, textAt } from './image/plist-value.ts';
import { inspectRestoreImage } from './image/restore-image.ts';
import { isUrl } from './image/source.ts';
import { wordsFor } from './phrases.ts';
import {
  judgeImage,
  type PreflightOptions,
  type PreflightReport,
  type Situation,
} from './preflight.ts';
import { compareVersions, isVersion } from './version.ts';

/** Apple's list of current images for virtual machines: releases only, usually one. */
export const appleCatalogue =
  'https://mesu.apple.com/assets/macos/com_apple_macOSIPSW/com_apple_macOSIPSW.xml';

const longestCatalogue = 4 << 20;

export interface CatalogueRow {
  readonly version: string;
  readonly build: string;
  readonly url: string;
  readonly size: number | undefined;
  readonly sha1: string | undefined;
  readonly sha256: string | undefined;
  /** Apple itself lists it: a release for certain. */
  readonly listedAsRelease: boolean;
}

const hex = (digits: number): z.ZodString =>
  z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`));

/** A catalogue of a person's own: `{ "format": 1, "images": [{ "version", "build", "url" }] }`. */
const ownSchema = z.strictObject({
  format: z.literal(1),
  images: z
    .array(
      z.strictObject({
        version: z.string().refine(isVersion),
        build: z.string().refine((text) => parseBuild(text) !== undefined),
        url: z.url({ protocol: /^https?$/ }),
        size: z.int().positive().optional(),
        sha1: hex(40).optional(),
        sha256: hex(64).optional(),
      }),
    )
    .max(2000),
});

/**
 * The images of a catalogue, newest first: Apple's property list or a person's own JSON, from a file
 * or an address. Throws CONFIG_INVALID for what is neither, REMOTE_FAILED and CANCELLED.
 */
export async function readCatalogue(
  from: string = appleCatalogue,
  http: HttpOptions = {},
): Promise<readonly CatalogueRow[]> {
  const text = isUrl(from)
    ? await fetchText(from, longestCatalogue, http)
    : await readFileText(from);
  const rows = text.trimStart().startsWith('{')
    ? ownRows(text, from)
    : appleRows(await parseList(text, from), from === appleCatalogue);
  return [...rows].sort((a, b) => compareVersions(b.version, a.version));
}

async function readFileText(path: string): Promise<string> {
  const bytes = await readBounded(path, longestCatalogue);
  if (bytes === undefined)
    throw new TorporError('CONFIG_INVALID', `There is no catalogue ${path}.`);
  return bytes.toString('utf8');
}

async function parseList(text: string, from: string): Promise<PlistValue> {
  try {
    return await parsePlist([Buffer.from(text)], hostBounds);
  } catch (cause) {
    throw new TorporError('CONFIG_INVALID', `${from} is no catalogue of restore images.`, {
      cause,
      hint: 'A catalogue is Apple’s property list, or JSON as docs/preflight.md describes it.',
    });
  }
}

function ownRows(text: string, from: string): CatalogueRow[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TorporError('CONFIG_INVALID', `${from} is no valid JSON.`, { cause });
  }
  const parsed = ownSchema.safeParse(value);
  if (!parsed.success) {
    throw new TorporError(
      'CONFIG_INVALID',
      `The catalogue ${from} cannot be used: ${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data.images.map((image) => ({
    version: image.version,
    build: image.build,
    url: image.url,
    size: image.size,
    sha1: image.sha1,
    sha256: image.sha256,
    listedAsRelease: false,
  }));
}

/** Entries sit under the build, in some years under `Universal` in between. */
function appleRows(list: PlistValue, official: boolean): CatalogueRow[] {
  const byVersion = dictAt(list, 'MobileDeviceSoftwareVersionsByVersion');
  const rows = new Map<string, CatalogueRow>();
  for (const generation of byVersion?.values() ?? []) {
    const devices = dictAt(generation, 'MobileDeviceSoftwareVersions');
    for (const entry of dictAt(devices, virtualMac)?.values() ?? []) {
      const restore = dictAt(entry, 'Restore') ?? dictAt(dictAt(entry, 'Universal'), 'Restore');
      const row = isDict(restore) ? appleRow(restore, official) : undefined;
      if (row !== undefined) rows.set(row.url, row);
    }
  }
  return [...rows.values()];
}

function appleRow(restore: PlistValue, official: boolean): CatalogueRow | undefined {
  const version = textAt(restore, 'ProductVersion');
  const build = textAt(restore, 'BuildVersion');
  const url = textAt(restore, 'FirmwareURL');
  const sha1 = textAt(restore, 'FirmwareSHA1');
  if (version === undefined || !isVersion(version)) return undefined;
  if (build === undefined || parseBuild(build) === undefined) return undefined;
  if (url === undefined || !isUrl(url)) return undefined;
  return {
    version,
    build,
    url,
    size: undefined,
    sha1: sha1 !== undefined && hex(40).safeParse(sha1).success ? sha1 : undefined,
    sha256: undefined,
    listedAsRelease: official,
  };
}

export type JudgedRow = {
  readonly row: CatalogueRow;
  /** As this edition calls it: `macOS 15.6.1 (24G90)`. */
  readonly name: string;
} & ({ readonly report: PreflightReport } | { readonly problem: Problem });

/** How many images are read at the same time: enough to be quick, few enough to be polite. */
const atOnce = 3;

/** The verdict for each row before anything is downloaded; one that cannot be read does not stop the others. */
export async function judgeCatalogue(
  rows: readonly CatalogueRow[],
  situation: Situation,
  options: PreflightOptions,
): Promise<readonly JudgedRow[]> {
  const judged: JudgedRow[] = [];
  const queue = [...rows.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, row] = next;
      judged[index] = await judgeRow(row, situation, options);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return judged;
}

async function judgeRow(
  row: CatalogueRow,
  situation: Situation,
  options: PreflightOptions,
): Promise<JudgedRow> {
  const words = wordsFor(options.edition ?? 'direct', situation.table.coverage.released);
  const name = words.guest({ ...row, kind: parseBuild(row.build)?.kind });
  try {
    const image = await inspectRestoreImage(row.url, options.http);
    if (image.build !== row.build) {
      throw new TorporError(
        'REMOTE_CHANGED',
        'The address holds another build than the catalogue says.',
        {
          hint: 'The catalogue is out of date.',
          details: { found: image.build, listed: row.build },
        },
      );
    }
    const listed = { ...image, listedAsRelease: row.listedAsRelease };
    return { row, name, report: judgeImage(listed, situation, options) };
  } catch (error) {
    options.http?.signal?.throwIfAborted();
    return { row, name, problem: toProblem(error) };
  }
}
