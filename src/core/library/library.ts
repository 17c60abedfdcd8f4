import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MachineConfig } from '../config.ts';
import { errnoOf, type Problem, TorporError, toProblem } from '../errors.ts';
import { faultPoint } from '../fault-point.ts';
import type { FileLock, Host, LockAttempt } from '../host.ts';
import { renameDurably } from './atomic-file.ts';
import { type Bundle, bundleAt, readConfig, writeConfig } from './bundle.ts';
import { flushTree } from './flush-tree.ts';
import { bundleSuffix, libraryLayout } from './layout.ts';
import { firstFree, folderNameFor } from './name.ts';
import { assertOwnFiles } from './own-files.ts';
import { makePrivate } from './private.ts';

/** A bundle as the library finds it: readable, or listed with what is wrong with it. */
export type Entry =
  | { readonly kind: 'machine'; readonly bundle: Bundle; readonly config: MachineConfig }
  | { readonly kind: 'broken'; readonly bundle: Bundle; readonly problem: Problem };

export interface Library {
  readonly path: string;
  readonly lock: FileLock;
}

/**
 * Opens the library at `path`, creating the folder when it is not there, and takes the lock that
 * proves there is one agent. What Torpor keeps beside the bundles is closed to other users. Throws
 * LIBRARY_IN_USE with the pid of the other agent, LIBRARY_UNAVAILABLE when the folder cannot be used,
 * for instance because its volume is not mounted, and PERMISSION_DENIED when it cannot be private.
 */
export async function openLibrary(path: string, host: Pick<Host, 'lock'>): Promise<Library> {
  const { hidden, staging, lock } = libraryLayout(path);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await makePrivate(hidden);
    await makePrivate(staging);
  } catch (error) {
    throw error instanceof TorporError ? error : unavailable(path, error);
  }
  const attempt = tryLock(host, path, lock);
  if (attempt.acquired) return { path, lock: attempt.lock };
  throw new TorporError('LIBRARY_IN_USE', `Another agent owns the library ${path}.`, {
    hint: 'Use the one that runs, or end it with “torpor agent stop”.',
    details: { pid: attempt.pid },
  });
}

function tryLock(host: Pick<Host, 'lock'>, path: string, lock: string): LockAttempt {
  try {
    return host.lock(lock);
  } catch (error) {
    throw unavailable(path, error);
  }
}

/** Every bundle of the library, by folder name. One that cannot be read is listed, never left out. */
export async function listLibrary(path: string): Promise<Entry[]> {
  const names = await bundleNames(path);
  return Promise.all(names.map((name) => readEntry(bundleAt(join(path, name)))));
}

export async function readEntry(bundle: Bundle): Promise<Entry> {
  try {
    await assertFolder(bundle.path);
    const config = await readConfig(bundle);
    await assertOwnFiles(bundle);
    return { kind: 'machine', bundle, config };
  } catch (error) {
    return { kind: 'broken', bundle, problem: toProblem(error) };
  }
}

/**
 * Creates a bundle for `config`: `fill` puts its files into a staged bundle, and one rename makes it
 * part of the library. `fill` may return the configuration as it came to be. When anything fails
 * the library is as it was; the staged files are removed.
 */
export async function createBundle(
  library: string,
  config: MachineConfig,
  fill: (staged: Bundle) => Promise<MachineConfig>,
): Promise<Bundle> {
  const staged = bundleAt(join(libraryLayout(library).staging, randomUUID()));
  await mkdir(staged.path, { recursive: true, mode: 0o700 });
  try {
    await faultPoint('create.staged');
    const filled = await fill(staged);
    await flushTree(staged.path);
    await faultPoint('create.filled');
    await writeConfig(staged, filled);
    await faultPoint('create.configured');
    return await moveToName(staged, library, config.name);
  } catch (error) {
    await rm(staged.path, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Renames a machine. The configuration changes first, so that a crash between the two leaves a
 * machine with its new name in a folder with the old one, which is allowed.
 */
export async function renameBundle(
  library: string,
  bundle: Bundle,
  config: MachineConfig,
): Promise<Bundle> {
  await writeConfig(bundle, config);
  return moveToName(bundle, library, config.name);
}

/** Moves a bundle to the first free folder for `name`; the one that it has already counts as free. */
async function moveToName(bundle: Bundle, library: string, name: string): Promise<Bundle> {
  const taken = (await readdir(library)).filter((other) => other !== basename(bundle.path));
  for (;;) {
    const folder = firstFree(folderNameFor(name), taken);
    const target = join(library, folder);
    if (target === bundle.path) return bundle;
    try {
      await renameDurably(bundle.path, target);
      return bundleAt(target);
    } catch (error) {
      // Somebody took it since, or the file system holds two names for one that we do not.
      if (!isTaken(error)) throw error;
      taken.push(folder);
    }
  }
}

function isTaken(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOTEMPTY' || errno === 'EEXIST';
}

/** Deletes a bundle for good: out of the library by one rename, so that no half of it is ever listed. */
export async function deleteBundle(library: string, bundle: Bundle): Promise<void> {
  const grave = join(libraryLayout(library).staging, randomUUID());
  await renameDurably(bundle.path, grave);
  await faultPoint('delete.buried');
  await rm(grave, { recursive: true, force: true });
}

/** Removes what an earlier agent staged and did not finish. Call it with the library's lock held. */
export async function sweepStaging(library: string): Promise<void> {
  const { staging } = libraryLayout(library);
  for (const name of await readdir(staging)) {
    await rm(join(staging, name), { recursive: true, force: true });
  }
}

async function bundleNames(path: string): Promise<string[]> {
  try {
    return (await readdir(path))
      .filter((name) => name.endsWith(bundleSuffix) && name !== bundleSuffix)
      .sort((a, b) => a.localeCompare(b));
  } catch (error) {
    throw unavailable(path, error);
  }
}

/** A link is not followed: its machine would be listed twice, or not be there tomorrow. */
async function assertFolder(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) return;
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'a file';
  throw new TorporError('MACHINE_BROKEN', `${path} is ${what} and not a machine’s folder.`, {
    hint: 'Put the folder itself in its place.',
    details: { path },
  });
}

function unavailable(path: string, error: unknown): TorporError {
  const { why, hint } = reasons[errnoOf(error) ?? ''] ?? {
    why: '',
    hint: 'Check the folder and its permissions.',
  };
  return new TorporError('LIBRARY_UNAVAILABLE', `The library ${path} cannot be used${why}.`, {
    hint,
    details: { path },
    cause: error,
  });
}

const cannotLock = {
  why: ': its volume cannot lock files, and without a lock two agents could run one machine',
  hint: 'Keep the library on a volume of this computer, or on a network volume that locks.',
};
const nameTooLong = {
  why: ': its path is longer than this system allows',
  hint: 'Name a folder with a shorter path.',
};

/** What the common failures of a library's folder mean, by errno. */
const reasons: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  ENOENT: { why: '', hint: 'Is its volume mounted?' },
  ENOLCK: cannotLock,
  EOPNOTSUPP: cannotLock,
  ENOTSUP: cannotLock,
  ENOSYS: cannotLock,
  EROFS: { why: ': its volume is read-only', hint: 'Make the volume writable, or name another.' },
  ENOSPC: { why: ': its volume is full', hint: 'Free some space and try again.' },
  ENAMETOOLONG: nameTooLong,
};
