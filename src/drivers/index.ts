import type { DriverId } from '../core/config.ts';
import type { Driver } from '../core/driver.ts';
import { createQemuDriver, type QemuDriverOptions } from './qemu/driver.ts';

/** Every driver of this build, by id. Adding one is a line here; docs/architecture.md says how. */
export function createDrivers(options: QemuDriverOptions): ReadonlyMap<DriverId, Driver> {
  return new Map([['qemu', createQemuDriver(options)]]);
}
