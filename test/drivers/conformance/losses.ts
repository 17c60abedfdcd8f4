import { readdir } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import type { StateMode } from '../../../src/core/config.ts';
import { exists } from '../../../src/core/library/bundle.ts';
import { listSetAside, loadManifest } from '../../../src/core/saved-state/files.ts';
import { createWorld, type Harness, remember, saveOf } from './world.ts';

/** Guests and states that are lost, thrown away or put aside. */
export function describeLosses(setup: () => Promise<Harness>, mode: StateMode): void {
  describe('losing a guest or its state', () => {
    test('a hypervisor that dies is noticed, with a problem', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { session } = machine;
      const ended = vi.fn();
      const problems = vi.fn();
      session?.on('ended', ended);
      machine.on('problem', problems);
      await world.harness.kill(machine);
      await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), { timeout: 10_000 });
      expect(ended.mock.calls[0]?.[0]).toMatchObject({ problem: { code: 'GUEST_ENDED' } });
      expect(problems).toHaveBeenCalledOnce();
      expect(machine.status).toBe('stopped');
      expect(machine.problem).toMatchObject({ code: 'GUEST_ENDED' });
      await session?.end();
    });

    test('after its guest died a machine starts again, and what was left is set aside', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { nonce } = await remember(world, machine);
      const left = await readdir(machine.bundle.files.state);
      await world.harness.kill(machine);
      await vi.waitFor(() => expect(machine.status).toBe('stopped'), { timeout: 10_000 });
      await machine.start();
      await world.harness.counterAbove(machine, 0);
      expect(await world.harness.nonce(machine)).not.toBe(nonce);
      expect(machine.problem).toBeUndefined();
      expect(await listSetAside(machine.bundle)).toHaveLength(left.length === 0 ? 0 : 1);
    });

    test.each([false, true])(
      'a save whose guest has died cannot be abandoned, and is whole (paused: %s)',
      async (paused) => {
        const world = await createWorld(setup, mode);
        const machine = await world.boot();
        if (paused) await machine.pause();
        const { saved, abandon } = await saveOf(machine)({ mode });
        await world.harness.kill(machine);
        await expect(abandon()).rejects.toMatchObject({
          code: expect.stringMatching(/^(GUEST_ENDED|HYPERVISOR_DISCONNECTED)$/),
        });
        expect(await readdir(machine.bundle.files.state)).toEqual(
          expect.arrayContaining(saved.files.map(({ name }) => name)),
        );
      },
    );

    test('a suspended machine is not started by mistake', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      await machine.suspend('user');
      await expect(machine.start()).rejects.toMatchObject({ code: 'WRONG_STATUS' });
      expect(machine.status).toBe('suspended');
      expect(await world.harness.isAlive(machine)).toBe(false);
    });

    test('started cold, the guest boots and its state is set aside whole', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { nonce } = await remember(world, machine);
      await machine.suspend('user');
      const { files } = await loadManifest(machine.bundle);
      await machine.startCold();
      await world.harness.counterAbove(machine, 0);
      expect(await world.harness.nonce(machine)).not.toBe(nonce);
      const [aside, ...others] = await listSetAside(machine.bundle);
      expect(others).toEqual([]);
      const kept = await readdir(aside?.path ?? '');
      expect(kept).toEqual(
        expect.arrayContaining(['manifest.json', ...files.map(({ name }) => name)]),
      );
      await machine.suspend('user');
      await machine.checkState();
    });

    test('a state that is discarded is gone, and the machine boots', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      await machine.suspend('user');
      await machine.discardState();
      expect(machine.status).toBe('stopped');
      expect(await exists(machine.bundle.files.state)).toBe(false);
      await machine.start();
      await world.harness.counterAbove(machine, 0);
    });
  });
}
