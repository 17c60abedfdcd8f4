import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { bundleSuffix } from '../core/library/layout.ts';
import type { Machines } from './machines.ts';

export interface LibraryWatch {
  /** Watches the bundles that are broken now, which a copy that goes on or a hand may repair. */
  update(): void;
  close(): void;
}

export interface WatchOptions {
  readonly library: string;
  readonly machines: Machines;
  /** Scans the library again; never rejects. */
  readonly look: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Rescans when a bundle is copied into the library or removed from it by hand. The library's folder
 * is watched, and each broken bundle: one that is being copied is broken until its configuration has
 * come. `onError` hears of a folder that cannot be watched.
 */
export function watchLibrary({ library, machines, look, onError }: WatchOptions): LibraryWatch {
  const watchers = new Map<string, FSWatcher>();
  let isClosed = false;

  function add(path: string, onEvent: (name: string | null) => void): void {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => onEvent(name));
      watcher.on('error', (error) => {
        remove(path);
        onError(error);
      });
      watchers.set(path, watcher);
    } catch (error) {
      onError(error);
    }
  }

  function remove(path: string): void {
    watchers.get(path)?.close();
    watchers.delete(path);
  }

  add(library, (name) => {
    if (name === null || isBundleName(name)) void look();
  });

  return {
    update() {
      if (isClosed) return;
      const broken = new Set(
        machines.all().flatMap((one) => (one.kind === 'broken' ? [one.bundle.path] : [])),
      );
      for (const path of watchers.keys()) if (path !== library && !broken.has(path)) remove(path);
      const news = [...broken].filter((path) => !watchers.has(path));
      for (const path of news) add(path, () => void look());
      // It may have changed after it was read and before it was watched.
      if (news.length > 0) void look();
    },
    close() {
      isClosed = true;
      for (const path of watchers.keys()) remove(path);
    },
  };
}

function isBundleName(name: string): boolean {
  return name.endsWith(bundleSuffix) && basename(name) !== bundleSuffix;
}
