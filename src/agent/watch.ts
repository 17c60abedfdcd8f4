import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { bundleSuffix } from '../core/library/layout.ts';
import type { Machines } from './machines.ts';

export interface LibraryWatch {
  /** Watches the bundles that are broken now, which a copy that goes on or a hand may repair. */
  update(): void;
  close(): void;
}

/**
 * Rescans when a bundle is copied into the library or removed from it by hand. The library's folder
 * is watched, and each broken bundle: one that is being copied is broken until its configuration has
 * come. `onError` hears of a failing scan, and of a folder that cannot be watched any more.
 */
export function watchLibrary(
  library: string,
  machines: Machines,
  onError: (error: unknown) => void,
): LibraryWatch {
  const rescan = (): void => {
    machines.rescan().catch(onError);
  };
  const watchers = new Map<string, FSWatcher>();

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
    if (name === null || isBundleName(name)) rescan();
  });

  return {
    update() {
      const broken = new Set(
        machines.all().flatMap((one) => (one.kind === 'broken' ? [one.bundle.path] : [])),
      );
      for (const path of watchers.keys()) if (path !== library && !broken.has(path)) remove(path);
      for (const path of broken) if (!watchers.has(path)) add(path, rescan);
    },
    close() {
      for (const path of watchers.keys()) remove(path);
    },
  };
}

function isBundleName(name: string): boolean {
  return name.endsWith(bundleSuffix) && basename(name) !== bundleSuffix;
}
