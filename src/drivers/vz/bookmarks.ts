/**
 * Files outside the container of the sandboxed edition. The system lets the app use what a person
 * chose until it quits; for later there has to be a bookmark, made while that lasts. Elsewhere
 * nothing of this happens: files are simply used.
 */
import { realpath } from 'node:fs/promises';
import { z } from 'zod';
import { type Hardware, type MachineConfig, parseWith } from '../../core/config.ts';
import { TorporError } from '../../core/errors.ts';
import { readJson, writeJson } from '../../core/library/atomic-file.ts';
import { type Bundle, exists } from '../../core/library/bundle.ts';
import { vzOf } from './configuration.ts';
import { failureOf, textOf } from './errors.ts';
import type { HostFacts, VzNative } from './native-interface.ts';

/** Bookmarks by the path that a person chose. */
const bookmarks = z.record(z.string().startsWith('/'), z.base64());

export type Bookmarks = z.infer<typeof bookmarks>;

/**
 * Makes bookmarks of the files outside that have none. Call it while they may be used. Throws
 * DISK_UNAVAILABLE for one that the system does not let the app use.
 */
export async function rememberAccess(
  native: VzNative,
  { sandboxed }: HostFacts,
  bundle: Bundle,
  { name, hardware }: Machine,
): Promise<void> {
  if (!sandboxed) return;
  const known = await readBookmarks(bundle.files.access);
  const news = outside(hardware).filter((path) => known[path] === undefined);
  if (news.length === 0) return;
  const made = news.map((path) => [path, refusedAs(name, path, native.createBookmark)] as const);
  await writeJson(bundle.files.access, { ...known, ...Object.fromEntries(made) });
}

/**
 * Lets the machine's files outside be used until the returned function is called. What the system calls
 * stale is made anew while it can be. Throws DISK_UNAVAILABLE for one that has moved or may not be used
 * any more; nothing is open then.
 */
export async function openAccess(
  native: VzNative,
  facts: HostFacts,
  bundle: Bundle,
  machine: Machine,
): Promise<() => void> {
  if (!facts.sandboxed) return () => {};
  const { name, hardware } = machine;
  const open: number[] = [];
  const close = (): void => {
    for (const access of open.splice(0)) native.closeBookmark(access);
  };
  try {
    await rememberAccess(native, facts, bundle, machine);
    const known = await readBookmarks(bundle.files.access);
    const renewed: Bookmarks = {};
    for (const path of outside(hardware)) {
      const found = refusedAs(name, path, () => native.openBookmark(known[path] ?? ''));
      open.push(found.access);
      if (!(await isSamePlace(path, found.path)))
        throw lost(name, path, `It is at ${found.path} now.`, undefined);
      if (found.isStale) {
        renewed[path] = refusedAs(name, path, () => native.createBookmark(found.path));
      }
    }
    if (Object.keys(renewed).length > 0) {
      await writeJson(bundle.files.access, { ...known, ...renewed });
    }
    return close;
  } catch (error) {
    close();
    throw error;
  }
}

type Machine = Pick<MachineConfig, 'name' | 'hardware'>;

/** What `ask` answers about the file; what the system refuses is told with the file's name. */
function refusedAs<T>(name: string, path: string, ask: (path: string) => T): T {
  try {
    return ask(path);
  } catch (error) {
    const failure = failureOf(error);
    throw failure === undefined ? error : lost(name, path, textOf(failure), error);
  }
}

function outside(hardware: Hardware): string[] {
  const { disks, iso } = hardware;
  const folders = vzOf(hardware).sharedFolders.map(({ path }) => path);
  const paths = [...disks.map(({ path }) => path), ...(iso === null ? [] : [iso]), ...folders];
  return [...new Set(paths.filter((path) => path.startsWith('/')))];
}

/** Those that `file` holds; none where it is not there. Throws CONFIG_INVALID. */
export async function readBookmarks(file: string): Promise<Bookmarks> {
  return (await exists(file)) ? parseWith(bookmarks, await readJson(file), file) : {};
}

/** The system names a file without links, which a person may have chosen by one. */
export async function isSamePlace(chosen: string, found: string): Promise<boolean> {
  if (chosen === found) return true;
  try {
    return (await realpath(chosen)) === (await realpath(found));
  } catch {
    // One of them is not there.
    return false;
  }
}

function lost(name: string, path: string, why: string, cause: unknown): TorporError {
  return new TorporError('DISK_UNAVAILABLE', `“${name}” may not use ${path}. ${why}`, {
    hint: 'Put it back where it was, or choose it again in the machine’s settings.',
    details: { path },
    cause,
  });
}
