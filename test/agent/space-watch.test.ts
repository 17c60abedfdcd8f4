import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/agent/clock.ts';
import { levelsOf } from '../../src/agent/space-levels.ts';
import { calmInterval, createSpaceWatch, tenseInterval } from '../../src/agent/space-watch.ts';
import type { Problem } from '../../src/core/errors.ts';
import type { Space } from '../../src/core/host.ts';
import type { Machine } from '../../src/core/machine.ts';
import { createHost } from '../../src/storage/host.ts';
import { machineWhere } from '../support/agent-state.ts';
import { memoryWorld } from '../support/memory-world.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';
import { volumeForTest } from '../support/volume.ts';

const mebibyte = 1024 ** 2;
const total = 1000 * mebibyte;
const { low, full, room } = levelsOf({ total });

/** A clock whose timers a test calls by hand. */
function handClock() {
  const timers = new Map<() => void, number>();
  const clock: Clock = {
    now: () => 0,
    every(milliseconds, call) {
      timers.set(call, milliseconds);
      return () => timers.delete(call);
    },
  };
  return { clock, intervals: () => [...timers.values()] };
}

/** A machine on a volume of 1000 MiB whose free space the test sets. */
async function watched() {
  const world = await memoryWorld();
  const machine = await world.create();
  const warnings: Problem[] = [];
  const held = new Set<Machine>();
  const timers = handClock();
  const volume = { available: total };
  const watch = createSpaceWatch({
    library: world.library,
    machines: () => [machine],
    host: { space: async () => ({ available: volume.available, total }) },
    isHeld: (one) => held.has(one),
    warn: (problem) => warnings.push(problem),
    onLook() {},
    onError: (error) => world.errors.push(error),
    clock: timers.clock,
  });
  machine.on('changed', watch.update);
  const see = async (available: number) => {
    volume.available = available;
    await watch.look();
  };
  return { world, machine, watch, warnings, held, see, intervals: timers.intervals };
}

describe('a volume that is getting full', () => {
  test('is warned of once, before it is full, and again after it had room', async () => {
    const { machine, watch, warnings, see } = await watched();
    await machine.start();
    await see(low + 1);
    expect(warnings).toEqual([]);
    await see(low - 1);
    expect(warnings).toMatchObject([
      { code: 'SPACE_LOW', hint: expect.stringContaining('Sample') },
    ]);
    expect(watch.problem).toMatchObject({ code: 'SPACE_LOW' });
    await see(full + 1);
    await see(low + 1);
    await see(low - 1);
    expect(warnings).toHaveLength(1);
    await see(total);
    expect(watch.problem).toBeUndefined();
    await see(low - 1);
    expect(warnings).toHaveLength(2);
    expect(machine.status).toBe('running');
  });

  test('pauses its guests, which go on when there is room, and not before', async () => {
    const { world, machine, see } = await watched();
    await machine.start();
    const guest = world.guestOf(machine);
    await see(full - 1);
    expect(machine).toMatchObject({ status: 'paused', problem: { code: 'NO_SPACE' } });
    await see(full + 1);
    expect(machine.status).toBe('paused');
    await see(room);
    expect(machine).toMatchObject({ status: 'running', problem: undefined });
    expect(world.guestOf(machine)).toBe(guest);
  });

  test('leaves alone what a person paused, and what they let go on is paused again', async () => {
    const { machine, see } = await watched();
    await machine.start();
    await machine.pause();
    await see(0);
    await see(total);
    expect(machine.status).toBe('paused');
    await see(0);
    await machine.resume();
    await see(0);
    expect(machine).toMatchObject({ status: 'paused', problem: { code: 'NO_SPACE' } });
  });

  test('lets a guest go on that met the full volume by itself', async () => {
    const { world, machine, see } = await watched();
    await machine.start();
    world.hypervisor.halt(machine.config.id, { code: 'NO_SPACE', message: 'Disk vda is full.' });
    await see(0);
    expect(machine.status).toBe('paused');
    await see(total);
    expect(machine.status).toBe('running');
  });

  test('a guest without room for another reason, as a quota, is not tried again and again', async () => {
    const { world, machine, see } = await watched();
    await machine.start();
    world.hypervisor.halt(machine.config.id, { code: 'NO_SPACE', message: 'Disk vda is full.' });
    await see(total);
    await see(total);
    expect(machine.status).toBe('paused');
  });

  test('a guest whose disk failed waits for a person', async () => {
    const { world, machine, see } = await watched();
    await machine.start();
    world.hypervisor.halt(machine.config.id, { code: 'DISK_UNAVAILABLE', message: 'It failed.' });
    await see(0);
    await see(total);
    expect(machine.status).toBe('paused');
  });

  test('a machine that is busy is left alone until the next look', async () => {
    const { world, machine, held, see } = await watched();
    await machine.start();
    held.add(machine);
    await see(0);
    expect(machine.status).toBe('running');
    held.clear();
    const gate = world.hypervisor.holdNext('save');
    const suspended = machine.suspend('user');
    await gate.reached;
    await see(0);
    gate.release();
    await suspended;
    expect(machine.status).toBe('suspended');
  });
});

test('looks are seldom while there is room, frequent while there is little, none while nothing runs', async () => {
  const { machine, watch, see, intervals } = await watched();
  watch.update();
  expect(intervals()).toEqual([]);
  await machine.start();
  expect(intervals()).toEqual([calmInterval]);
  await see(low - 1);
  expect(intervals()).toEqual([tenseInterval]);
  await see(total);
  expect(intervals()).toEqual([calmInterval]);
  await machine.suspend('user');
  expect(intervals()).toEqual([]);
  await machine.restore();
  watch.close();
  expect(intervals()).toEqual([]);
});

test('a volume that cannot be read is none of this watch’s, and breaks nothing', async () => {
  const { machine, watch, world } = await watched();
  await machine.start();
  const gone = createSpaceWatch({
    library: '/nowhere',
    machines: () => [machine],
    host: { space: async (): Promise<Space> => Promise.reject(new Error('gone')) },
    isHeld: () => false,
    warn() {},
    onLook() {},
    onError: (error) => world.errors.push(error),
    clock: handClock().clock,
  });
  await gone.look();
  expect(machine.status).toBe('running');
  expect(world.errors).toEqual([]);
  watch.close();
});

test('a disk that stays outside the library is on a volume that counts too', async (context) => {
  const volume = await volumeForTest(context, 'tmpfs', 16 * mebibyte);
  const { machine, world, warnings } = await watched();
  const path = join(volume, 'outside.raw');
  await writeFile(path, Buffer.alloc(4096));
  const { hardware } = machine.config;
  const disk = { id: 'vdb', path, format: 'raw', readOnly: false } as const;
  const disks = [...hardware.disks, disk];
  await machine.configure({ ...machine.config, hardware: { ...hardware, disks } });
  await machine.start();
  const outside = { available: 0 };
  const watch = createSpaceWatch({
    library: world.library,
    machines: () => [machine],
    host: {
      space: async (at) => (at === volume ? { ...outside, total } : { available: total, total }),
    },
    isHeld: () => false,
    warn: (problem) => warnings.push(problem),
    onLook() {},
    onError: (error) => world.errors.push(error),
    clock: handClock().clock,
  });
  await watch.look();
  expect(machine).toMatchObject({ status: 'paused', waitsFor: { details: { path: volume } } });
  expect(warnings).toMatchObject([{ details: { path: volume } }]);
  // The library's own volume is fine, and its room is none for that disk.
  expect(watch.problem).toBeUndefined();
  await watch.look();
  expect(machine.status).toBe('paused');
  outside.available = total;
  await watch.look();
  expect(machine.status).toBe('running');
  watch.close();
});

test('levels are in order whatever the size of the volume', () => {
  for (const bytes of [mebibyte, 100 * mebibyte, 2 ** 34, 2 ** 45]) {
    const levels = levelsOf({ total: bytes });
    expect(levels.full).toBeLessThan(levels.room);
    expect(levels.room).toBeLessThan(levels.low);
  }
});

test('an agent tells of it: in its state, to who listens, and of the machine that it paused', async () => {
  await using library = await tempLibrary();
  const host = createHost();
  let available = total;
  const looks = new Set<() => void>();
  const agent = await library.start({
    host: { ...host, space: async () => ({ available, total }) },
    spaceClock: {
      now: () => 0,
      every(_milliseconds, call) {
        looks.add(call);
        return () => looks.delete(call);
      },
    },
  });
  const notices: string[] = [];
  agent.on('notice', ({ problem }) => notices.push(problem.code));
  await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  await machineWhere(agent, 'Demo', () => looks.size > 0);
  available = full - 1;
  for (const look of looks) look();
  await machineWhere(agent, 'Demo', ({ status }) => status === 'paused');
  expect(notices).toEqual(['SPACE_LOW', 'NO_SPACE']);
  expect(agent.state().library.problem).toMatchObject({ code: 'SPACE_LOW' });
  available = total;
  for (const look of looks) look();
  await machineWhere(agent, 'Demo', ({ status }) => status === 'running');
});
