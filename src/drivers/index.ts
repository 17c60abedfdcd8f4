import type { DriverId } from '../core/config.ts';
import type { Driver } from '../core/driver.ts';
import { createQemuDriver, type QemuDriverOptions } from './qemu/driver.ts';
import { loadVz } from './vz/addon.ts';
import { createVzDriver } from './vz/driver.ts';
import { createFolderAccess, type FolderAccess } from './vz/folder-access.ts';
import type { WindowWords } from './vz/window.ts';

export type { FolderAccess, WindowWords };

export interface DriversOptions extends QemuDriverOptions {
  /** What native windows say; English unless given. */
  readonly words?: () => WindowWords;
}

/**
 * Every driver of this build, by id; where nobody says which, the first that works here is taken.
 * Adding one is a line here; docs/architecture.md says how.
 */
export function createDrivers(options: DriversOptions): ReadonlyMap<DriverId, Driver> {
  return new Map<DriverId, Driver>([
    ['qemu', createQemuDriver(options)],
    ['vz', createVzDriver({ ...options, native: () => loadVz() })],
  ]);
}

/** How a sandboxed app uses a library that a person chose; see FolderAccess. `file` keeps the bookmarks. */
export function createLibraryAccess(file: string): FolderAccess {
  return createFolderAccess({ native: () => loadVz(), file });
}
