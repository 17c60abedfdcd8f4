import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { gigabytes } from '../amounts.ts';
import type { DownloadOptions } from './events.ts';
import type { Journal } from './part-file.ts';

/** Throws NO_SPACE when what is still to come does not fit. */
export async function checkSpace(
  target: string,
  journal: Journal,
  options: DownloadOptions,
): Promise<void> {
  if (journal.total === undefined) return;
  const free = await (options.freeSpace ?? freeBytes)(dirname(target));
  const needed = journal.total - journal.done;
  if (free >= needed) return;
  throw new TorporError(
    'NO_SPACE',
    `There is not enough space for the download: ${gigabytes(needed)} are still to come, and ${gigabytes(free)} are free.`,
    {
      hint: `Free ${gigabytes(needed - free)} and start it again; what is here already is kept.`,
      details: { needed, free },
    },
  );
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

export function withSpaceHint(error: unknown, done: number): TorporError {
  const known = toTorporError(error);
  if (known.code !== 'NO_SPACE' || known.details !== undefined) return known;
  return new TorporError(
    'NO_SPACE',
    `The volume is full. ${gigabytes(done)} are downloaded and kept.`,
    {
      cause: error,
      hint: 'Free some space and start the download again; it goes on from there.',
    },
  );
}
