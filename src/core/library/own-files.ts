import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, TorporError } from '../errors.ts';
import type { Bundle } from './bundle.ts';

/**
 * Throws MACHINE_BROKEN when a name that Torpor uses in `bundle` is a symbolic link, a pipe, a socket
 * or a device: whoever planted it would have Torpor read or write a file somewhere else. Everything
 * inside the bundle's directories counts, and of what lies beside them Torpor's own names alone.
 *
 * Only this user can put anything there afterwards, since the bundle is closed to all others.
 */
export async function assertOwnFiles({ files }: Bundle): Promise<void> {
  for (const path of [files.config, files.access, files.process, files.lastFrame])
    await kindOf(path);
  const directories = [
    files.disks,
    files.boot,
    files.firmware,
    files.state,
    files.setAside,
    files.log,
  ];
  for (const path of directories) {
    if ((await kindOf(path)) === 'directory') await assertPlainInside(path);
  }
}

async function kindOf(path: string): Promise<'directory' | 'file' | undefined> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return 'directory';
    if (found.isFile()) return 'file';
    throw notOwn(path, found);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function assertPlainInside(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await assertPlainInside(path);
    else if (!entry.isFile()) throw notOwn(path, entry);
  }
}

function notOwn(path: string, found: Pick<Dirent, 'isSymbolicLink'>): TorporError {
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'not what Torpor keeps there';
  return new TorporError('MACHINE_BROKEN', `${path} is ${what}.`, {
    hint: 'It was not followed. Put the file or folder itself in its place: a link could lead to anybody’s files.',
    details: { path },
  });
}
