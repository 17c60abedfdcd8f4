import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { MachineConfig, StateMode } from '../../../src/core/config.ts';
import type { Driver, Place, Save } from '../../../src/core/driver.ts';
import { toTorporError } from '../../../src/core/errors.ts';
import type { Bundle } from '../../../src/core/library/bundle.ts';
import { createBundle } from '../../../src/core/library/library.ts';
import { Machine, type MachineContext } from '../../../src/core/machine.ts';
import { prepare } from '../../../src/core/saved-state/files.ts';
import type { HostIdentity } from '../../../src/core/saved-state/fit.ts';

/** What the suite needs to know of a hypervisor and its guest, for one test. */
export interface Harness {
  /** A driver as an agent that begins makes it; all of them see the same guests. */
  newDriver(): Driver;
  /** An empty folder on a volume where guests may live; removed by `cleanup`. */
  readonly library: string;
  /** A short path, for sockets; the suite makes a folder a machine in it. */
  readonly runDirectory: string;
  /**
   * A machine whose guest makes up a nonce when it boots, that exists in its memory only, and counts
   * for as long as it runs.
   */
  newConfig(name: string, mode: StateMode): Promise<MachineConfig>;
  /** Puts what `newConfig` names (kernel, disks) into the staged bundle. */
  fill(staged: Bundle): Promise<void>;
  /** Asks the guest, which runs. */
  nonce(machine: Machine): Promise<string>;
  /** The count that the guest told last; the machine has a session. */
  counter(machine: Machine): Promise<number>;
  /** Resolves when the guest, which runs, has counted beyond `count`. */
  counterAbove(machine: Machine, count: number): Promise<void>;
  /** Long enough for a guest that runs to count on. */
  letTimePass(): Promise<void>;
  /** Whether anything of the machine's guest exists, as the host sees it. */
  isAlive(machine: Machine): Promise<boolean>;
  /** Ends the machine's hypervisor as `kill -9` does; resolves when it is gone. */
  kill(machine: Machine): Promise<void>;
  /** Makes the driver itself fail at restoring this machine, in whatever way, until undone. */
  breakRestore(machine: Machine): Promise<() => Promise<void>>;
  /** Ends every guest, also after a failed test, and removes the files. */
  cleanup(): Promise<void>;
}

export const identity: HostIdentity = { id: 'conformance', userId: process.getuid?.() ?? 0 };

export interface World {
  readonly harness: Harness;
  /** A machine that is stopped. */
  create(): Promise<Machine>;
  /** A machine whose guest has counted at least once. */
  boot(): Promise<Machine>;
  /** The same bundle, as an agent that begins now opens it; `driver` stands in for a new one. */
  reopen(machine: Machine, driver?: Driver): Promise<Machine>;
  placeOf(machine: Machine): Place;
}

/** A session that was let go of or lost may fail late at telling the guest the time. */
const mayFailLate = ['GUEST_ENDED', 'HYPERVISOR_DISCONNECTED', 'TIMED_OUT'];

/** Makes a world for the test that runs now, and takes it down when that has finished. */
export async function createWorld(setup: () => Promise<Harness>, mode: StateMode): Promise<World> {
  const harness = await setup();
  const errors: unknown[] = [];
  onTestFinished(async () => {
    // What fails when the files are taken away says nothing.
    const faults = errors.filter((error) => !mayFailLate.includes(toTorporError(error).code));
    await harness.cleanup();
    expect(faults).toEqual([]);
  });

  const runDirectoryOf = ({ id }: MachineConfig): string =>
    join(harness.runDirectory, id.slice(0, 8));
  const contextOf = (config: MachineConfig, driver: Driver): MachineContext => ({
    driver,
    identity,
    torporVersion: '0.0.0',
    runDirectory: runDirectoryOf(config),
    onError: (error) => errors.push(error),
  });

  const create = async (): Promise<Machine> => {
    const config = await harness.newConfig('Conformance', mode);
    await mkdir(runDirectoryOf(config), { recursive: true, mode: 0o700 });
    const bundle = await createBundle(harness.library, config, async (staged) => {
      await harness.fill(staged);
      return config;
    });
    return Machine.open(bundle, contextOf(config, harness.newDriver()));
  };

  return {
    harness,
    create,

    async boot() {
      const machine = await create();
      await machine.start();
      await harness.counterAbove(machine, 0);
      return machine;
    },

    reopen: ({ bundle, config }, driver = harness.newDriver()) =>
      Machine.open(bundle, contextOf(config, driver)),

    placeOf: ({ bundle, config }) => ({ bundle, config, runDirectory: runDirectoryOf(config) }),
  };
}

/** The place with the empty state directory that core gives to a driver that starts a machine. */
export async function preparedPlace(place: Place): Promise<Place> {
  await prepare(place.bundle, 'The suite starts it without a Machine.');
  return place;
}

export function saveOf({ session }: Machine): Save {
  if (session?.save.available !== true) throw new Error('the guest cannot be saved');
  return session.save.use;
}

export interface Continuity {
  readonly nonce: string;
  readonly counter: number;
}

/** What tells later whether it is still the same guest. */
export async function remember({ harness }: World, machine: Machine): Promise<Continuity> {
  const nonce = await harness.nonce(machine);
  return { nonce, counter: await harness.counter(machine) };
}

/** Expects the guest that `before` tells of, and that it goes on counting. */
export async function expectToGoOn(
  { harness }: World,
  machine: Machine,
  before: Continuity,
): Promise<void> {
  expect(machine.status).toBe('running');
  expect(await harness.nonce(machine)).toBe(before.nonce);
  const now = await harness.counter(machine);
  expect(now).toBeGreaterThanOrEqual(before.counter);
  await harness.counterAbove(machine, now);
}

/** Expects that nothing of the machine runs and that its saved state can be used. */
export async function expectWholeState({ harness }: World, machine: Machine): Promise<void> {
  expect(machine.status).toBe('suspended');
  expect(await harness.isAlive(machine)).toBe(false);
  await machine.checkState();
}
