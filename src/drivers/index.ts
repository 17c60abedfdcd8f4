import type { DriverId } from '../core/config.ts';
import type { Driver } from '../core/driver.ts';
import { createQemuDriver, type QemuDriverOptions } from './qemu/driver.ts';
import { loadVz } from './vz/addon.ts';
import { createVzDriver } from './vz/driver.ts';

/**
 * Every driver of this build, by id; where nobody says which, the first that works here is taken.
 * Adding one is a line here; docs/architecture.md says how.
 */
export function createDrivers(options: QemuDriverOptions): ReadonlyMap<DriverId, Driver> {
  return new Map<DriverId, Driver>([
    ['qemu', createQemuDriver(options)],
    ['vz', createVzDriver({ ...options, native: () => loadVz() })],
  ]);
}
