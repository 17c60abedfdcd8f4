import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { errnoOf } from '../../core/errors.ts';

/**
 * A download in progress: `X.part` holds bytes, `X.part.json` says of what. Only what was flushed
 * to the disk counts as done, so that a power failure cannot leave a hole in the middle.
 */
const journalSchema = z.strictObject({
  format: z.literal(1),
  url: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  total: z.int().nonnegative().optional(),
  done: z.int().nonnegative(),
});

export type Journal = z.output<typeof journalSchema>;

export function partPath(target: string): string {
  return `${target}.part`;
}

export function journalPath(target: string): string {
  return `${target}.part.json`;
}

/** Undefined when there is none, or none that can be used: the download then starts anew. */
export async function readJournal(target: string): Promise<Journal | undefined> {
  try {
    const parsed = journalSchema.safeParse(JSON.parse(await readFile(journalPath(target), 'utf8')));
    const { size } = await stat(partPath(target));
    return parsed.success && size >= parsed.data.done ? parsed.data : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function writeJournal(target: string, journal: Journal): Promise<void> {
  const path = journalPath(target);
  await writeFile(`${path}.new`, JSON.stringify(journal), { flush: true });
  await rename(`${path}.new`, path);
}

export async function forgetJournal(target: string): Promise<void> {
  await rm(journalPath(target), { force: true });
}

/** Throws away what was downloaded so far; only ever called because a person said so. */
export async function discardPart(target: string): Promise<void> {
  await forgetJournal(target);
  await rm(partPath(target), { force: true });
}

/** Where the bytes of a download go; replaced in tests to fill the disk. */
export interface PartWriter {
  write(chunk: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the part for writing at any position, creating it when there is none. */
export async function openPart(path: string): Promise<PartWriter> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return open(path, 'wx+');
  });
  return {
    write: async (chunk, position) => {
      for (let written = 0; written < chunk.length; ) {
        const rest = chunk.length - written;
        const { bytesWritten } = await file.write(chunk, written, rest, position + written);
        written += bytesWritten;
      }
    },
    truncate: (length) => file.truncate(length),
    flush: () => file.sync(),
    close: () => file.close(),
  };
}
