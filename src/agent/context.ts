import type { Notice } from '../contract/requests.ts';
import type { DriverId } from '../core/config.ts';
import type { Driver } from '../core/driver.ts';
import { TorporError } from '../core/errors.ts';
import type { Host } from '../core/host.ts';
import type { Agreements } from './agreements.ts';
import type { Creations } from './creations.ts';
import type { Log } from './log.ts';
import type { Machines } from './machines.ts';
import type { Names } from './names.ts';
import type { HowToAsk } from './preflight.ts';
import type { Wishes } from './wishes.ts';

export type Drivers = ReadonlyMap<DriverId, Driver>;

/** Moves a file or folder to where the system keeps what a person deleted. */
export type Trash = (path: string) => Promise<void>;

/** What the requests of one agent work with. */
export interface AgentContext {
  readonly library: string;
  readonly runDirectory: string;
  readonly drivers: Drivers;
  readonly host: Host;
  readonly log: Log;
  readonly machines: Machines;
  readonly names: Names;
  readonly agreements: Agreements;
  readonly wishes: Wishes;
  readonly creations: Creations;
  /** How preflight asks, before macOS is installed; nothing of its answers is kept. */
  readonly preflight: HowToAsk;
  readonly concurrency: number;
  readonly trash: Trash;
  readonly notify: (notice: Notice) => void;
  /** Throws BUSY once everything is being suspended for good: nothing new begins then. */
  readonly assertAccepting: () => void;
}

/** The driver called `id`; HYPERVISOR_UNAVAILABLE when this Torpor has none. */
export function driverFor(drivers: Drivers, id: DriverId): Driver {
  const driver = drivers.get(id);
  if (driver !== undefined) return driver;
  throw new TorporError('HYPERVISOR_UNAVAILABLE', `There is no driver “${id}” on this computer.`, {
    hint: `There is ${[...drivers.keys()].join(' and ')}.`,
  });
}
