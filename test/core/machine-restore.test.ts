import { mkdir, readdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StateMode } from '../../src/core/config.ts';
import { type Problem, TorporError } from '../../src/core/errors.ts';
import { setFaultHandler } from '../../src/core/fault-point.ts';
import { bundleAt, exists } from '../../src/core/library/bundle.ts';
import type { Machine } from '../../src/core/machine.ts';
import { listSetAside, loadManifest } from '../../src/core/saved-state/files.ts';
import { type MemoryWorld, memoryWorld } from '../support/memory-world.ts';
import { rejection } from '../support/rejection.ts';

const failed = new TorporError('HYPERVISOR_FAILED', 'It failed.', { hint: 'Look at its log.' });

async function suspended(stateMode: StateMode = 'instant') {
  const world = await memoryWorld();
  const machine = await world.create({ stateMode });
  await machine.start();
  world.pass(1000);
  const { nonce, counter } = world.guestOf(machine);
  const before = { nonce: nonce(), counter: counter() };
  await machine.suspend('user');
  return { world, machine, before };
}

type Suspended = Awaited<ReturnType<typeof suspended>>;

/** Expects a state that this and any later agent can use, and uses it. */
async function expectWhole({ world, machine, before }: Suspended): Promise<void> {
  expect(machine.status).toBe('suspended');
  expect(world.hypervisor.guests.size).toBe(0);
  await machine.checkState();
  const later = await world.crash(machine);
  await later.checkState();
  await later.restore();
  expectGuest(world, later, before);
}

function expectGuest(
  { guestOf }: MemoryWorld,
  machine: Machine,
  before: Suspended['before'],
): void {
  expect(machine.status).toBe('running');
  expect(guestOf(machine).nonce()).toBe(before.nonce);
  expect(guestOf(machine).counter()).toBeGreaterThanOrEqual(before.counter);
}

test('a guest that came back and met a disk that fails has run: its state is used up, and it waits', async () => {
  const { world, machine, before } = await suspended();
  const full = { code: 'NO_SPACE', message: 'The volume is full.' } as const;
  // Right after it went on, before the machine has its session in hand.
  setFaultHandler(async (point) => {
    if (point === 'finish.begun') world.hypervisor.halt(machine.config.id, full);
  });
  onTestFinished(() => setFaultHandler(undefined));
  const told: Problem[] = [];
  machine.on('problem', (problem) => told.push(problem));
  expect(await rejection(machine.restore())).toMatchObject(full);
  expect(machine).toMatchObject({ status: 'paused', waitsFor: full, savedState: undefined });
  expect(told).toEqual([full]);
  await machine.resume();
  expectGuest(world, machine, before);
});

describe.each(['instant', 'streamed'] as const)('a restore of %s state that fails', (mode) => {
  test.each(['restore', 'resume'] as const)(
    'at the step “%s” keeps the state, and says so',
    async (step) => {
      const found = await suspended(mode);
      found.world.hypervisor.failNext(step, failed);
      const error = await rejection(found.machine.restore());
      expect(error.code).toBe('RESUME_FAILED');
      expect(error.message).toBe('“Sample” could not be resumed: It failed.');
      expect(error.hint).toBe('The saved state was kept and can be resumed. Look at its log.');
      expect(found.machine.problem?.code).toBe('RESUME_FAILED');
      await expectWhole(found);
    },
  );

  test.skipIf(mode === 'streamed')(
    'still tells whether something writes to its memory afterwards',
    async () => {
      const { world, machine } = await suspended(mode);
      for (const step of ['restore', 'resume'] as const) {
        world.hypervisor.failNext(step, failed);
        await rejection(machine.restore());
        expect((await loadManifest(machine.bundle)).memory?.modifiedAt).not.toBeNull();
      }
      await utimes(machine.bundle.files.memory, 1, 1);
      expect((await rejection(machine.restore())).code).toBe('STATE_DAMAGED');
    },
  );

  test('because it cannot be consumed keeps it', async () => {
    const found = await suspended(mode);
    const { consumed } = found.machine.bundle.files;
    await mkdir(join(consumed, 'in the way'), { recursive: true });
    await rejection(found.machine.restore());
    await rm(consumed, { recursive: true });
    await expectWhole(found);
  });

  test('and cannot end what it loaded tells why it failed, and reports the rest', async () => {
    const { world, machine } = await suspended(mode);
    const second = new TorporError('HYPERVISOR_FAILED', 'It will not go.');
    world.hypervisor.failNext('resume', failed);
    world.hypervisor.failNext('end', second);
    expect((await rejection(machine.restore())).message).toContain('It failed.');
    expect(world.errors).toEqual([second]);
    const later = await world.crash(machine);
    expect(later.status).toBe('suspended');
    expect(world.hypervisor.guests.size).toBe(0);
    await later.checkState();
  });

  test('because its guest died before it went on keeps the state', async () => {
    const found = await suspended(mode);
    const gate = found.world.hypervisor.holdNext('resume');
    const restoring = rejection(found.machine.restore());
    await gate.reached;
    found.world.hypervisor.kill(found.machine.config.id);
    expect((await restoring).code).toBe('GUEST_ENDED');
    await expectWhole(found);
  });

  test('because its agent died while it was loading keeps it', async () => {
    const found = await suspended(mode);
    const gate = found.world.hypervisor.holdNext('restore');
    found.machine.restore().catch(() => {});
    await gate.reached;
    const later = await found.world.crash(found.machine);
    await expectWhole({ ...found, machine: later });
  });

  test('at cleaning up runs the guest all the same, and reports it', async () => {
    const { world, machine, before } = await suspended(mode);
    const [file] = (await loadManifest(machine.bundle)).files;
    const path = join(machine.bundle.files.state, file?.name ?? '');
    const gate = world.hypervisor.holdNext('resume');
    const restoring = machine.restore();
    await gate.reached;
    await rm(path);
    await mkdir(join(path, 'in the way'), { recursive: true });
    gate.release();
    await restoring;
    expectGuest(world, machine, before);
    expect(world.errors).toHaveLength(1);
    expect(machine.session).toBeDefined();
  });
});

describe('a state that is not what was saved', () => {
  test.each<[StateMode, 'memory' | 'deviceState' | 'streamState']>([
    ['instant', 'memory'],
    ['instant', 'deviceState'],
    ['streamed', 'streamState'],
  ])('%s, without its %s: refused, kept, and in nobody’s way', async (mode, file) => {
    const { world, machine } = await suspended(mode);
    const path = machine.bundle.files[file];
    await rename(path, `${path}.away`);
    const error = await rejection(machine.restore());
    expect(error.code).toBe('STATE_DAMAGED');
    expect(error.message).toContain(basename(path));
    expect(machine.status).toBe('suspended');
    expect(world.hypervisor.guests.size).toBe(0);
    await rename(`${path}.away`, path);
    await machine.restore();
    expect(machine.status).toBe('running');
  });

  test('a flipped byte in a stream is found before the guest exists', async () => {
    const { world, machine } = await suspended('streamed');
    const { streamState } = machine.bundle.files;
    const [file] = (await loadManifest(machine.bundle)).files;
    await writeFile(streamState, Buffer.alloc(file?.bytes ?? 0, 'x'));
    expect((await rejection(machine.restore())).code).toBe('STATE_DAMAGED');
    expect(world.hypervisor.guests.size).toBe(0);
    expect(machine.status).toBe('suspended');
  });

  test('truncated memory is refused', async () => {
    const { machine } = await suspended();
    await truncate(machine.bundle.files.memory, 100);
    expect((await rejection(machine.restore())).code).toBe('STATE_DAMAGED');
  });

  test('a machine with other hardware is refused, and accepted again when it is put right', async () => {
    const { machine } = await suspended();
    const { config } = machine;
    await machine.configure({ ...config, hardware: { ...config.hardware, memoryMiB: 1024 } });
    const error = await rejection(machine.restore());
    expect(error.code).toBe('STATE_DOES_NOT_FIT');
    expect(error.details?.differences).toEqual([{ what: 'memoryMiB', saved: '512', now: '1024' }]);
    await machine.configure(config);
    await machine.restore();
  });
});

describe('a bundle that was moved by hand', () => {
  test('is restored where it is now', async () => {
    const { world, machine, before } = await suspended();
    const moved = join(dirname(machine.bundle.path), 'Elsewhere and renamed.torpor');
    await rename(machine.bundle.path, moved);
    const later = await world.open(bundleAt(moved));
    expect(later.status).toBe('suspended');
    await later.restore();
    expectGuest(world, later, before);
  });
});

describe('a cold start that fails', () => {
  test('puts the state back, whole', async () => {
    const found = await suspended();
    found.world.hypervisor.failNext('start', failed);
    expect((await rejection(found.machine.startCold())).message).toBe('It failed.');
    expect(await listSetAside(found.machine.bundle)).toEqual([]);
    await expectWhole(found);
  });

  test('at setting the state aside changes nothing', async () => {
    const found = await suspended();
    await writeFile(found.machine.bundle.files.setAside, 'a file in the way');
    await rejection(found.machine.startCold());
    await expectWhole(found);
  });

  test('leaves a stopped machine without a trace', async () => {
    const world = await memoryWorld();
    const machine = await world.create();
    world.hypervisor.failNext('start', failed);
    await rejection(machine.start());
    expect(machine.status).toBe('stopped');
    expect(await exists(machine.bundle.files.state)).toBe(false);
    await machine.start();
    expect(machine.problem).toBeUndefined();
  });

  test('puts back what a guest that died had left', async () => {
    const world = await memoryWorld();
    const machine = await world.create();
    await machine.start();
    world.hypervisor.kill(machine.config.id);
    world.hypervisor.failNext('start', failed);
    await rejection(machine.start());
    expect(await readdir(machine.bundle.files.state)).toEqual(['memory.bin']);
    await machine.start();
    const [aside] = await listSetAside(machine.bundle);
    expect(aside?.reason).toBe('The guest had ended unexpectedly.');
  });
});
