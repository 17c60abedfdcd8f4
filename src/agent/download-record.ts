import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseWith } from '../core/config.ts';
import { errnoOf, TorporError } from '../core/errors.ts';
import { readJson, writeJson } from '../core/library/atomic-file.ts';
import { libraryLayout } from '../core/library/layout.ts';
import { namesIn } from '../core/library/names-in.ts';
import { makePrivate } from '../core/library/private.ts';
import { journalPath, partPath, readJournal } from '../preflight/download/part-file.ts';

/**
 * What Torpor knows of an image that it was asked to download, beside what the part says of itself: kept
 * from the start of the download until it is discarded, so that another run can go on and verify.
 */
const record = z.strictObject({
  formatVersion: z.literal(1),
  name: z.string().max(200),
  url: z.url({ protocol: /^https?$/ }),
  size: z.int().positive().exactOptional(),
  sha1: z.string().exactOptional(),
  sha256: z.string().exactOptional(),
  limit: z.int().positive().exactOptional(),
});

export type DownloadRecord = z.output<typeof record>;

/** The name of the image's file, which is the download's id. */
export const downloadId = /^[A-Za-z0-9][\w.-]{0,150}\.ipsw$/;

/** How much of an image there is. */
export type Held =
  | { readonly kind: 'complete'; readonly bytes: number }
  | { readonly kind: 'part'; readonly done: number; readonly total: number | undefined };

export function targetOf(library: string, id: string): string {
  return join(libraryLayout(library).images, id);
}

/** Writes the record, making the folders that there are not yet. Throws PERMISSION_DENIED. */
export async function keepRecord(library: string, id: string, kept: DownloadRecord): Promise<void> {
  const { downloads, images } = libraryLayout(library);
  await makePrivate(images);
  await makePrivate(downloads);
  await writeJson(recordPath(library, id), kept);
}

export async function forgetRecord(library: string, id: string): Promise<void> {
  await rm(recordPath(library, id), { force: true });
}

/** Every download with a record, and what there is of its image; one that cannot be read is told and left. */
export async function readRecords(
  library: string,
  onError: (error: unknown) => void,
): Promise<ReadonlyMap<string, { readonly record: DownloadRecord; readonly held: Held }>> {
  const found = new Map<string, { readonly record: DownloadRecord; readonly held: Held }>();
  for (const file of await namesIn(libraryLayout(library).downloads)) {
    const id = file.replace(/\.json$/, '');
    if (id === file || !downloadId.test(id)) continue;
    try {
      const path = recordPath(library, id);
      const kept = parseWith(record, await readJson(path), path);
      const held = await heldOf(targetOf(library, id));
      if (held !== undefined) found.set(id, { record: kept, held });
    } catch (error) {
      onError(error);
    }
  }
  return found;
}

/** Undefined when there is nothing of it. Throws PERMISSION_DENIED when a name of it is no file. */
export async function heldOf(target: string): Promise<Held | undefined> {
  const journalFile = journalPath(target);
  const names = [target, partPath(target), journalFile, `${journalFile}.new`] as const;
  const [whole, part] = await Promise.all(names.map(sizeOf));
  if (whole !== undefined) return { kind: 'complete', bytes: whole };
  if (part === undefined) return undefined;
  const journal = await readJournal(target);
  return { kind: 'part', done: journal?.done ?? 0, total: journal?.total };
}

/** Throws PERMISSION_DENIED for what is no file: a link could lead to anybody’s. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new TorporError('PERMISSION_DENIED', `${path} is not a file, and was left as it is.`, {
    hint: 'Move it away.',
  });
}

function recordPath(library: string, id: string): string {
  return join(libraryLayout(library).downloads, `${id}.json`);
}
