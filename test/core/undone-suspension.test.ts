import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StateMode } from '../../src/core/config.ts';
import { type FaultPoint, setFaultHandler } from '../../src/core/fault-point.ts';
import { exists } from '../../src/core/library/bundle.ts';
import { listSetAside } from '../../src/core/saved-state/files.ts';
import { memoryWorld } from '../support/memory-world.ts';
import { rejection } from '../support/rejection.ts';

const failure = Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });

/** Makes the call after each of `failing` fail, and something happen at other points. */
function at(failing: readonly FaultPoint[], then: Partial<Record<FaultPoint, () => void>> = {}) {
  onTestFinished(() => setFaultHandler(undefined));
  setFaultHandler(async (point) => {
    then[point]?.();
    if (failing.includes(point)) throw failure;
  });
}

async function running(stateMode: StateMode) {
  const world = await memoryWorld();
  const machine = await world.create({ stateMode });
  await machine.start();
  const nonce = world.guestOf(machine).nonce();
  const kill = (): void => world.hypervisor.kill(machine.config.id);
  return { world, machine, nonce, kill };
}

describe.each(['instant', 'streamed'] as const)('a suspension that is undone (%s)', (mode) => {
  test('when only the flush of its name failed: the guest runs on, and no state tells of it', async () => {
    const { world, machine, nonce } = await running(mode);
    at(['commit.renamed']);
    const error = await rejection(machine.suspend('user'));
    expect(error.hint).toContain('The guest runs on');
    expect(machine.status).toBe('running');
    expect(await exists(machine.bundle.files.manifest)).toBe(false);
    expect(await exists(machine.bundle.files.consumed)).toBe(false);
    setFaultHandler(undefined);
    await machine.suspend('user');
    await machine.restore();
    expect(world.guestOf(machine).nonce()).toBe(nonce);
  });

  test.each<FaultPoint>(['commit.renamed', 'undo.begun', 'consume.renamed'])(
    'and whose guest dies at %s keeps the state, which is all there is',
    async (point) => {
      const { world, machine, nonce, kill } = await running(mode);
      at(['commit.renamed'], { [point]: kill });
      const error = await rejection(machine.suspend('user'));
      expect(error.code).toBe('SUSPEND_FAILED');
      expect(error.message).toContain('was saved, but not to last');
      expect(error.hint).toContain('Its state was kept');
      expect(machine.status).toBe('suspended');
      setFaultHandler(undefined);
      const later = await world.crash(machine);
      await later.restore();
      expect(world.guestOf(later).nonce()).toBe(nonce);
    },
  );

  test('and cannot go on either stands beside its state, and lasts before it is ended', async () => {
    const { world, machine, nonce } = await running(mode);
    at(['commit.renamed', 'consume.renamed']);
    const error = await rejection(machine.suspend('user'));
    expect(error.message).toContain('Its guest could not go on either');
    expect(machine.status).toBe('paused');
    setFaultHandler(undefined);
    await machine.suspend('user');
    expect(machine.status).toBe('suspended');
    await machine.restore();
    expect(world.guestOf(machine).nonce()).toBe(nonce);
  });

  test('before its state was there, and whose guest has died, discards nothing', async () => {
    const { world, machine, kill } = await running(mode);
    // What fails is removing the record of the state before it, as it once did after the new one was there.
    await mkdir(join(machine.bundle.files.consumed, 'in the way'), { recursive: true });
    const saved = new Set<string>();
    at([], { 'undo.begun': kill });
    const before = await readdir(machine.bundle.files.state);
    const error = await rejection(machine.suspend('user'));
    expect(error.code).toBe('GUEST_ENDED');
    expect(machine.status).toBe('stopped');
    for (const name of await readdir(machine.bundle.files.state)) saved.add(name);
    expect(saved.size).toBeGreaterThan(before.length);
    await world.crash(machine).then((later) => later.start());
    const [aside] = await listSetAside(machine.bundle);
    expect(await readdir(aside?.path ?? '')).toEqual(expect.arrayContaining([...saved]));
  });
});
