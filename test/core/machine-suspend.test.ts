import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ErrorCode, TorporError } from '../../src/core/errors.ts';
import { exists } from '../../src/core/library/bundle.ts';
import type { Machine } from '../../src/core/machine.ts';
import { type MemoryWorld, memoryWorld } from '../support/memory-world.ts';
import { rejection } from '../support/rejection.ts';

const noSpace = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
const failed = new TorporError('HYPERVISOR_FAILED', 'It failed.', { hint: 'Look at its log.' });

async function running() {
  const world = await memoryWorld();
  const machine = await world.create();
  await machine.start();
  world.pass(1000);
  return { world, machine, nonce: world.guestOf(machine).nonce() };
}

function expectToRun({ guestOf }: MemoryWorld, machine: Machine, nonce: string): void {
  expect(machine.status).toBe('running');
  expect(machine.savedState).toBeUndefined();
  const guest = guestOf(machine);
  expect(guest.nonce()).toBe(nonce);
  expect(guest.running).toBe(true);
}

describe('a suspension that fails', () => {
  test.each<[string, unknown, ErrorCode]>([
    ['for want of space', noSpace, 'NO_SPACE'],
    ['in the hypervisor', failed, 'SUSPEND_FAILED'],
    ['by a fault of ours', new Error('surprise'), 'SUSPEND_FAILED'],
  ])('%s leaves the guest running, and says so', async (_why, cause, code) => {
    const { world, machine, nonce } = await running();
    world.hypervisor.failNext('save', cause);
    const error = await rejection(machine.suspend('user'));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^“Sample” could not be suspended: /);
    expect(error.hint).toContain('The guest runs on and nothing was lost.');
    expectToRun(world, machine, nonce);
    expect(machine.problem?.code).toBe(code);
    await machine.suspend('user');
    expect(machine.status).toBe('suspended');
    expect(machine.problem).toBeUndefined();
  });

  test('after everything was written leaves the guest running', async () => {
    const { world, machine, nonce } = await running();
    world.hypervisor.failNext('written', failed);
    expect((await rejection(machine.suspend('user'))).hint).toContain('Look at its log.');
    expectToRun(world, machine, nonce);
  });

  test('because a disk went away leaves the guest running', async () => {
    const { world, machine, nonce } = await running();
    const disk = join(machine.bundle.files.disks, 'vda.raw');
    await rename(disk, `${disk}.away`);
    expect((await rejection(machine.suspend('user'))).code).toBe('SUSPEND_FAILED');
    expectToRun(world, machine, nonce);
    await rename(`${disk}.away`, disk);
    await machine.suspend('user');
  });

  test('in the middle of its commit leaves no state behind', async () => {
    const { world, machine, nonce } = await running();
    await mkdir(join(machine.bundle.files.consumed, 'in the way'), { recursive: true });
    expect((await rejection(machine.suspend('user'))).code).toBe('SUSPEND_FAILED');
    expectToRun(world, machine, nonce);
    expect(await exists(machine.bundle.files.manifest)).toBe(false);
    await world.hypervisor.kill(machine.config.id);
    expect((await world.crash(machine)).status).toBe('stopped');
  });

  test('leaves a paused guest paused', async () => {
    const { world, machine } = await running();
    await machine.pause();
    world.hypervisor.failNext('save', failed);
    await rejection(machine.suspend('user'));
    expect(machine.status).toBe('paused');
  });

  test('with a guest that cannot go on either says both, and loses neither', async () => {
    const { world, machine, nonce } = await running();
    const disk = join(machine.bundle.files.disks, 'vda.raw');
    await rename(disk, `${disk}.away`);
    world.hypervisor.failNext('abandon', failed);
    const error = await rejection(machine.suspend('user'));
    expect(error.code).toBe('SUSPEND_FAILED');
    expect(error.message).toContain('Its guest could not go on either');
    expect(error.hint).toContain('stands still');
    expect(machine.status).toBe('paused');
    await machine.resume();
    expectToRun(world, machine, nonce);
  });

  test('because its guest died says that, and not that the guest runs on', async () => {
    const { world, machine } = await running();
    const gate = world.hypervisor.holdNext('save');
    const suspending = rejection(machine.suspend('user'));
    await gate.reached;
    world.hypervisor.kill(machine.config.id);
    const error = await suspending;
    expect(error.code).toBe('GUEST_ENDED');
    expect(`${error.message} ${error.hint}`).not.toContain('runs on');
    expect(machine.status).toBe('stopped');
    expect(machine.savedState).toBeUndefined();
    expect(machine.problem?.code).toBe('GUEST_ENDED');
    await machine.start();
  });

  test('that cannot be done at all tells the reason that the driver gave', async () => {
    const world = await memoryWorld();
    const reason = {
      code: 'CAPABILITY_MISSING',
      message: 'The device vfio0 stands in the way.',
      hint: 'Remove it.',
    } as const;
    const machine = await world.create({}, { missing: { save: reason } });
    await machine.start();
    const error = await rejection(machine.suspend('user'));
    expect(error).toMatchObject(reason);
    expect(machine.status).toBe('running');
  });
});

describe('a suspension that cannot end the guest', () => {
  async function saved() {
    const found = await running();
    found.world.hypervisor.failNext('end', failed);
    const error = await rejection(found.machine.suspend('user'));
    expect(error.code).toBe('SUSPEND_FAILED');
    expect(error.message).toContain('was saved, but its virtual machine could not be ended');
    expect(found.machine.status).toBe('paused');
    expect(found.machine.savedState).toBeDefined();
    return found;
  }

  test('is finished by suspending again, which does not write it again', async () => {
    const { world, machine, nonce } = await saved();
    world.hypervisor.failNext('save', failed);
    await machine.suspend('user');
    expect(machine.status).toBe('suspended');
    expect(world.hypervisor.guests.size).toBe(0);
    await machine.restore();
    expectToRun(world, machine, nonce);
  });

  test('is finished by the next agent', async () => {
    const { world, machine, nonce } = await saved();
    const later = await world.crash(machine);
    expect(later.status).toBe('suspended');
    expect(world.hypervisor.guests.size).toBe(0);
    await later.restore();
    expectToRun(world, later, nonce);
  });

  test('is undone by resuming, which uses the state up', async () => {
    const { world, machine, nonce } = await saved();
    await machine.resume();
    expectToRun(world, machine, nonce);
    world.hypervisor.kill(machine.config.id);
    expect((await world.crash(machine)).status).toBe('stopped');
  });

  test('keeps the state when resuming fails', async () => {
    const { world, machine } = await saved();
    world.hypervisor.failNext('resume', failed);
    await rejection(machine.resume());
    expect(machine.status).toBe('paused');
    expect(machine.savedState).toBeDefined();
    await machine.forceStop();
    expect(machine.status).toBe('suspended');
    await machine.checkState();
  });
});

describe('the last frame', () => {
  test('is kept beside the state', async () => {
    const { machine } = await running();
    await machine.suspend('user');
    const png = await readFile(machine.bundle.files.lastFrame);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect((await stat(machine.bundle.files.lastFrame)).mode & 0o777).toBe(0o600);
  });

  test('is not worth failing for', async () => {
    const { world, machine } = await running();
    world.hypervisor.failNext('screenshot', failed);
    await machine.suspend('user');
    expect(machine.status).toBe('suspended');
    expect(await exists(machine.bundle.files.lastFrame)).toBe(false);
  });
});

test('a state tells of what wrote it last: the disk of a machine that ran since does not fit', async () => {
  const { machine } = await running();
  await machine.suspend('user');
  const disk = join(machine.bundle.files.disks, 'vda.raw');
  await utimes(disk, new Date(), new Date());
  const error = await rejection(machine.restore());
  expect(error.code).toBe('STATE_DOES_NOT_FIT');
  expect(error.message).toContain('disk vda');
  expect(machine.status).toBe('suspended');
});

test('a damaged record keeps nobody from discarding the state or starting cold', async () => {
  const { machine, world } = await running();
  await machine.suspend('user');
  await writeFile(machine.bundle.files.manifest, 'garbage');
  const later = await world.crash(machine);
  expect(later.status).toBe('suspended');
  expect(later.savedState).toBeUndefined();
  expect(later.problem?.code).toBe('STATE_DAMAGED');
  expect((await rejection(later.restore())).code).toBe('STATE_DAMAGED');
  await later.startCold();
  expect(later.status).toBe('running');
  await later.suspend('user');
  await rm(later.bundle.files.manifest);
  await writeFile(later.bundle.files.manifest, '');
  await later.discardState();
  expect(later.status).toBe('stopped');
  expect(later.problem).toBeUndefined();
});
