import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StateMode } from '../../../src/core/config.ts';
import type { Amount } from '../../../src/core/driver.ts';
import { TorporError } from '../../../src/core/errors.ts';
import { exists } from '../../../src/core/library/bundle.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import {
  createWorld,
  expectToGoOn,
  expectWholeState,
  type Harness,
  remember,
  saveOf,
  type World,
} from './world.ts';

/** From a guest that runs to a saved state, or to a guest that goes on as if nothing had been. */
export function describeSuspend(setup: () => Promise<Harness>, mode: StateMode): void {
  describe('suspending', () => {
    test('leaves a complete, private state and nothing that runs', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      await machine.suspend('user');
      await expectWholeState(world, machine);
      expect(machine.session).toBeUndefined();
      expect(machine.problem).toBeUndefined();
      expect(machine.savedState).toMatchObject({ mode, reason: 'user', wasPaused: false });
      expect(machine.savedState?.bytes).toBeGreaterThan(0);
      await expectPrivateFiles(machine);
    });

    test('records what the state fits', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      await machine.suspend('quit');
      const manifest = await loadManifest(machine.bundle);
      expect(manifest.hypervisor.driver).toBe(machine.config.driver);
      expect(manifest.hypervisor.version).toMatch(/\d/);
      expect(manifest.hypervisor.machineType).not.toBe('');
      expect(manifest.machineId).toBe(machine.config.id);
      expect(manifest.memory === null).toBe(mode === 'streamed');
      const names = new Set(await readdir(machine.bundle.files.state));
      for (const { name } of manifest.files) expect(names).toContain(name);
    });

    test('tells how far it is', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const amounts: Amount[] = [];
      machine.on('changed', () => {
        const amount = machine.progress?.amount;
        if (amount) amounts.push(amount);
      });
      await machine.suspend('user');
      expect(amounts.length).toBeGreaterThan(0);
      for (const { done, total } of amounts) expect(done).toBeLessThanOrEqual(total);
    });

    test('a paused guest can be suspended, and it is remembered that it was paused', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.pause();
      await machine.suspend('user');
      expect(machine.savedState?.wasPaused).toBe(true);
      await expectWholeState(world, machine);
      await machine.restore();
      await expectToGoOn(world, machine, before);
    });

    test.each([false, true])(
      'a save that is abandoned leaves the guest as it was (paused: %s)',
      async (paused) => {
        const world = await createWorld(setup, mode);
        const machine = await world.boot();
        const before = await remember(world, machine);
        if (paused) await machine.pause();
        const { abandon } = await saveOf(machine)({ mode });
        const counter = await world.harness.counter(machine);
        await world.harness.letTimePass();
        expect(await world.harness.counter(machine)).toBe(counter);
        await abandon();
        expect(machine.status).toBe(paused ? 'paused' : 'running');
        expect(await exists(machine.bundle.files.manifest)).toBe(false);
        if (paused) await machine.resume();
        await expectToGoOn(world, machine, before);
        await expectToSurviveSuspension(world, machine);
      },
    );

    test('cancelled before it began, it leaves the guest running', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const off = machine.on('changed', () => {
        machine.cancel();
      });
      await expectCancelled(machine.suspend('user'));
      off();
      await expectToRunUnsaved(world, machine);
    });

    test('cancelled on the way, it leaves the guest running', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const off = machine.on('changed', () => {
        if (machine.progress?.amount) machine.cancel();
      });
      await expectCancelled(machine.suspend('user'));
      off();
      await expectToRunUnsaved(world, machine);
    });
  });
}

async function expectToRunUnsaved(world: World, machine: Machine): Promise<void> {
  expect(machine.problem).toBeUndefined();
  expect(machine.savedState).toBeUndefined();
  await expectToSurviveSuspension(world, machine);
}

/** What an earlier attempt left behind must not get into the way of the next. */
async function expectToSurviveSuspension(world: World, machine: Machine): Promise<void> {
  const before = await remember(world, machine);
  await machine.suspend('user');
  await expectWholeState(world, machine);
  await machine.restore();
  await expectToGoOn(world, machine, before);
}

async function expectCancelled(suspending: Promise<void>): Promise<void> {
  const error = await suspending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TorporError);
  expect(error).toMatchObject({ code: 'CANCELLED' });
}

async function expectPrivateFiles({ bundle }: Machine): Promise<void> {
  const { state } = bundle.files;
  expect((await stat(bundle.path)).mode & 0o777).toBe(0o700);
  expect((await stat(state)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(state)) {
    expect([name, (await stat(join(state, name))).mode & 0o777]).toEqual([name, 0o600]);
  }
}
