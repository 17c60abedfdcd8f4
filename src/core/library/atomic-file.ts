import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TorporError } from '../errors.ts';

/** More than any of our JSON files can need; a larger one is not ours. */
const maxJsonBytes = 1024 * 1024;

/**
 * Replaces the file at `path` with `contents`: written beside it, flushed, renamed over it, and the
 * directory flushed. A crash at any moment leaves the old file or the new one. On failure the old
 * one stays and the unfinished copy is removed. Mode 0600.
 */
export async function writeFileAtomic(path: string, contents: string | Uint8Array): Promise<void> {
  await placeFile(path, contents);
  await flushDirectory(dirname(path));
}

/** The same without the flush of the directory: after a power cut the old file may be there again. */
async function placeFile(path: string, contents: string | Uint8Array): Promise<void> {
  const staged = `${path}.${crypto.randomUUID().slice(0, 8)}.staged`;
  try {
    const file = await open(staged, 'wx', 0o600);
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, jsonOf(value));
}

/** The same without the flush of the directory, for who has something to do in between. */
export async function placeJson(path: string, value: unknown): Promise<void> {
  await placeFile(path, jsonOf(value));
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The JSON at `path`, at most 1 MiB. Throws ELOOP for a symbolic link, which could lead out of a
 * bundle, CONFIG_INVALID for what is no regular file or too large, SyntaxError for what is no JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  // Without O_NONBLOCK opening a named pipe would wait for a writer that may never come.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new TorporError('CONFIG_INVALID', `${path} is not a regular file.`);
    if (found.size > maxJsonBytes) {
      throw new TorporError('CONFIG_INVALID', `${path} is too large to be a file of Torpor’s.`);
    }
    return JSON.parse(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/** Makes renames and creations in `path` survive a power cut. */
export async function flushDirectory(path: string): Promise<void> {
  await flush(path);
}

/** Writes a file, or the names in a folder, through to the medium. A symbolic link is ELOOP. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Renames within one volume, flushed so that the new name is there after a power cut. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await flushDirectory(dirname(to));
  if (dirname(from) !== dirname(to)) await flushDirectory(dirname(from));
}
