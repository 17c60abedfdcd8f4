/**
 * The library of the sandboxed edition, outside its container: a folder that a person chose, which the
 * system lets the app use until it quits, and later by a bookmark. Elsewhere nothing of this happens.
 */
import { homedir } from 'node:os';
import { type Problem, TorporError } from '../../core/errors.ts';
import { writeJson } from '../../core/library/atomic-file.ts';
import { isSamePlace, readBookmarks } from './bookmarks.ts';
import { failureOf, textOf } from './errors.ts';
import type { VzNative } from './native-interface.ts';

export interface FolderAccess {
  /**
   * Keeps a bookmark of a folder that was chosen just now. Throws LIBRARY_UNAVAILABLE when the system
   * gives none; what was kept before stays.
   */
  remember(path: string): Promise<void>;
  /**
   * Lets the folder be used until the app ends; call it before anything reads there, as often as one
   * likes. A stale bookmark is made anew. Throws LIBRARY_UNAVAILABLE when it was moved, was never
   * chosen here, or the system refuses it.
   */
  open(path: string): Promise<void>;
}

export interface FolderAccessOptions {
  /** The native part, or why there is none here. */
  readonly native: () => VzNative | Problem;
  /** Where bookmarks are kept, inside the container. */
  readonly file: string;
  /** The container, whose folders need no bookmark; of a sandboxed app it is the home folder. */
  readonly container?: string;
}

export function createFolderAccess(options: FolderAccessOptions): FolderAccess {
  const { native: load, file, container = homedir() } = options;
  const opened = new Set<string>();

  /** The native part where the sandbox is; undefined where folders are simply used. */
  function sandbox(path: string): VzNative | undefined {
    const native = load();
    if ('code' in native || !native.hostFacts().sandboxed) return undefined;
    return path === container || path.startsWith(`${container}/`) ? undefined : native;
  }

  async function keep(native: VzNative, path: string, found = path): Promise<void> {
    const bookmark = refusedAs(path, () => native.createBookmark(found));
    await writeJson(file, { ...(await readBookmarks(file)), [path]: bookmark });
  }

  return {
    async remember(path) {
      const native = sandbox(path);
      if (native !== undefined) await keep(native, path);
    },

    async open(path) {
      const native = sandbox(path);
      if (native === undefined || opened.has(path)) return;
      const bookmark = (await readBookmarks(file))[path];
      if (bookmark === undefined) throw unavailable(path, 'It was not chosen here.', undefined);
      const found = refusedAs(path, () => native.openBookmark(bookmark));
      try {
        if (!(await isSamePlace(path, found.path))) {
          throw unavailable(path, `It is at ${found.path} now.`, undefined);
        }
        if (found.isStale) await keep(native, path, found.path);
      } catch (error) {
        native.closeBookmark(found.access);
        throw error;
      }
      opened.add(path);
    },
  };
}

function refusedAs<T>(path: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const failure = failureOf(error);
    throw failure === undefined ? error : unavailable(path, textOf(failure), error);
  }
}

function unavailable(path: string, why: string, cause: unknown): TorporError {
  return new TorporError('LIBRARY_UNAVAILABLE', `Torpor may not use the library ${path}. ${why}`, {
    hint: 'Choose the folder again in the settings, then open Torpor again. Nothing in it was changed.',
    details: { path },
    cause,
  });
}
