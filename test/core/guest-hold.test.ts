import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/core/errors.ts';
import { memoryWorld } from '../support/memory-world.ts';

const full: Problem = { code: 'NO_SPACE', message: 'The volume is full.' };

describe('a guest that is paused because a volume is full', () => {
  test('says what it waits for until it runs', async () => {
    const world = await memoryWorld();
    const machine = await world.create();
    await machine.start();
    const told: Problem[] = [];
    machine.on('problem', (problem) => told.push(problem));
    await machine.pauseFor(full);
    await machine.session?.resume();
    expect(machine).toMatchObject({ status: 'running', waitsFor: undefined });
    await machine.pauseFor(full);
    expect(machine).toMatchObject({ status: 'paused', waitsFor: full, problem: full });
    expect(told).toEqual([full, full]);
    await machine.resume();
    expect(machine).toMatchObject({ status: 'running', waitsFor: undefined, problem: undefined });
  });

  test('comes back by itself after a suspension, unlike one that a person paused', async () => {
    const world = await memoryWorld();
    const machine = await world.create();
    await machine.start();
    await machine.pauseFor(full);
    await machine.suspend('quit');
    expect(machine.savedState).toMatchObject({ wasPaused: false });
    await machine.restore();
    await machine.pause();
    await machine.suspend('quit');
    expect(machine.savedState).toMatchObject({ wasPaused: true });
  });

  test('goes on when another agent finds it', async () => {
    const world = await memoryWorld();
    const machine = await world.create();
    await machine.start();
    await machine.pauseFor(full);
    const later = await world.crash(machine);
    expect(later.status).toBe('running');
  });

  test('a person’s pause is none of that', async () => {
    const world = await memoryWorld();
    const machine = await world.create();
    await machine.start();
    await machine.pause();
    expect(machine.waitsFor).toBeUndefined();
    expect((await world.crash(machine)).status).toBe('paused');
  });
});

test('a disk that fails many requests at once is one problem, told once until it works again', async () => {
  const world = await memoryWorld();
  const machine = await world.create();
  await machine.start();
  const told: string[] = [];
  machine.on('problem', ({ message }) => told.push(message));
  const fail = (message: string) =>
    world.hypervisor.halt(machine.config.id, { code: 'DISK_UNAVAILABLE', message });
  for (let request = 0; request < 3; request++) fail('Disk vda failed.');
  expect(machine.status).toBe('paused');
  await machine.resume();
  fail('Disk vda failed.');
  expect(told).toEqual(['Disk vda failed.', 'Disk vda failed.']);

  const later = await world.crash(machine);
  expect(later).toMatchObject({ status: 'paused', problem: { message: 'Disk vda failed.' } });
  await later.resume();
  expect(later).toMatchObject({ status: 'running', problem: undefined });
});
