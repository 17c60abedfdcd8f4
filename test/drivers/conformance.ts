import { describe } from 'vitest';
import type { Boot, StateMode } from '../../src/core/config.ts';
import { describeAdoption } from './conformance/adoption.ts';
import { describeLosses } from './conformance/losses.ts';
import { describePort } from './conformance/port.ts';
import { describeRestore } from './conformance/restore.ts';
import { describeRunning } from './conformance/running.ts';
import { describeSuspend } from './conformance/suspend.ts';
import type { Harness } from './conformance/world.ts';

export type { Harness } from './conformance/world.ts';

/** What a driver can be asked to do here; what it cannot is shown as skipped. */
export interface Abilities {
  readonly modes: readonly StateMode[];
  /** The guest listens when it is asked to shut down. */
  readonly stopsByRequest: boolean;
  /** The guest sends back what it is sent on its console. */
  readonly echoes: boolean;
  /** How its guests boot; by BIOS unless it says otherwise. */
  readonly boot?: Boot;
  /** The disk formats that it creates; both unless it says otherwise. */
  readonly formats?: readonly ('raw' | 'qcow2')[];
}

/**
 * The suite that every driver passes: src/core/driver.ts in tests, through the port and through
 * Machine. `setup` makes a fresh harness for each test. Nothing here waits for a span of time to be
 * enough; what takes time is awaited.
 */
export function describeConformance(
  name: string,
  abilities: Abilities,
  setup: () => Promise<Harness>,
): void {
  describe(`${name} driver`, () => {
    describePort(setup, abilities);
    describe.each(abilities.modes)('with %s states', (mode) => {
      describeRunning(setup, mode, abilities);
      describeSuspend(setup, mode);
      describeRestore(setup, mode);
      describeLosses(setup, mode);
      describeAdoption(setup, mode);
    });
  });
}
