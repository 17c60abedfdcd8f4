import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { StateMode } from '../../../src/core/config.ts';
import { TorporError } from '../../../src/core/errors.ts';
import { exists } from '../../../src/core/library/bundle.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import { restoringWith } from './stand-ins.ts';
import {
  createWorld,
  expectToGoOn,
  expectWholeState,
  type Harness,
  remember,
  type World,
} from './world.ts';

/** From a saved state to the same guest, or to a state that is as whole as before. */
export function describeRestore(setup: () => Promise<Harness>, mode: StateMode): void {
  const suspended = async () => {
    const world = await createWorld(setup, mode);
    const machine = await world.boot();
    const before = await remember(world, machine);
    await machine.suspend('user');
    return { world, machine, before };
  };

  describe('restoring', () => {
    test('the same guest goes on, also when another agent brings it back', async () => {
      const { world, machine, before } = await suspended();
      const later = await world.reopen(machine);
      expect(later.status).toBe('suspended');
      await later.restore();
      await expectToGoOn(world, later, before);
    });

    test('a guest survives several nights', async () => {
      const { world, machine, before } = await suspended();
      for (let night = 0; night < 3; night++) {
        await machine.restore();
        await expectToGoOn(world, machine, before);
        await machine.suspend('quit');
        await expectWholeState(world, machine);
      }
    });

    test('a state is used once', async () => {
      const { world, machine } = await suspended();
      const { files } = await loadManifest(machine.bundle);
      await machine.restore();
      expect(machine.savedState).toBeUndefined();
      expect(await exists(machine.bundle.files.manifest)).toBe(false);
      const left = await readdir(machine.bundle.files.state);
      for (const { name } of files) expect(left).not.toContain(name);
      await expect(machine.restore()).rejects.toMatchObject({ code: 'WRONG_STATUS' });
      await machine.forceStop();
      await expect(machine.restore()).rejects.toMatchObject({ code: 'WRONG_STATUS' });
      expect((await world.reopen(machine)).status).toBe('stopped');
    });

    test('the session that a driver restores stands until it is resumed', async () => {
      const { world, machine, before } = await suspended();
      const watched: Promise<void>[] = [];
      const driver = restoringWith(world.harness.newDriver(), (session) => ({
        async resume() {
          expect(session.status).toBe('paused');
          watched.push(world.harness.letTimePass());
          await watched[0];
          expect(session.status).toBe('paused');
          await session.resume();
        },
      }));
      const later = await world.reopen(machine, driver);
      await later.restore();
      expect(watched).toHaveLength(1);
      await expectToGoOn(world, later, before);
    });

    test('a guest that cannot be made to run leaves the state whole', async () => {
      const { world, machine, before } = await suspended();
      const driver = restoringWith(world.harness.newDriver(), () => ({
        resume: () => Promise.reject(new TorporError('HYPERVISOR_FAILED', 'It will not.')),
      }));
      const later = await world.reopen(machine, driver);
      await expect(later.restore()).rejects.toMatchObject({ code: 'RESUME_FAILED' });
      await expectStillUsable(world, later, before);
    });

    test('a driver that fails leaves the state whole', async () => {
      const { world, machine, before } = await suspended();
      const repair = await world.harness.breakRestore(machine);
      const later = await world.reopen(machine);
      await expect(later.restore()).rejects.toBeInstanceOf(TorporError);
      expect(later.problem).toBeDefined();
      await repair();
      await expectStillUsable(world, later, before);
    });

    test('cancelled, it leaves the state whole', async () => {
      const { world, machine, before } = await suspended();
      const off = machine.on('changed', () => {
        machine.cancel();
      });
      await expect(machine.restore()).rejects.toMatchObject({ code: 'CANCELLED' });
      off();
      await expectStillUsable(world, machine, before);
    });

    test('cancelled after everything was loaded, it leaves the state whole', async () => {
      const { world, machine, before } = await suspended();
      const driver = restoringWith(world.harness.newDriver(), () => {
        later.cancel();
        return {};
      });
      const later = await world.reopen(machine, driver);
      await expect(later.restore()).rejects.toMatchObject({ code: 'CANCELLED' });
      await expectStillUsable(world, later, before);
    });
  });
}

async function expectStillUsable(
  world: World,
  machine: Machine,
  before: Awaited<ReturnType<typeof remember>>,
): Promise<void> {
  await expectWholeState(world, machine);
  const later = await world.reopen(machine);
  await expectWholeState(world, later);
  await later.restore();
  await expectToGoOn(world, later, before);
}
