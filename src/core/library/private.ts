import { chmod, lstat, mkdir } from 'node:fs/promises';
import { errnoOf, TorporError } from '../errors.ts';

/**
 * Makes sure that `path` is a directory that only this user can enter, creating it when it is not
 * there and closing it to others when it is. Throws PERMISSION_DENIED, with the directory as it was,
 * for a symbolic link, a file, another user's directory, and on a volume that keeps no permissions.
 */
export async function makePrivate(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(path);
  if (!found.isDirectory()) throw notPrivate(path, 'it is not a directory');
  if (found.uid !== process.getuid?.()) throw notPrivate(path, 'it belongs to another user');
  if (isClosed(found)) return;
  await chmod(path, 0o700);
  // FAT and some network volumes say yes and change nothing.
  if (!isClosed(await lstat(path))) throw notPrivate(path, 'its volume keeps no permissions');
}

function isClosed({ mode }: { readonly mode: number }): boolean {
  return (mode & 0o077) === 0;
}

function notPrivate(path: string, why: string): TorporError {
  return new TorporError('PERMISSION_DENIED', `${path} cannot be kept private: ${why}.`, {
    hint: 'Guest memory and sockets must be out of reach of other users. Move it away, or name a folder of your own on a volume that keeps permissions.',
    details: { path },
  });
}
