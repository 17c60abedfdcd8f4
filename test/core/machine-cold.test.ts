import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/core/config.ts';
import { exists } from '../../src/core/library/bundle.ts';
import type { Machine } from '../../src/core/machine.ts';
import { listSetAside, loadManifest } from '../../src/core/saved-state/files.ts';
import { memoryWorld } from '../support/memory-world.ts';
import { rejection } from '../support/rejection.ts';

async function running(policy: Partial<Policy> = {}) {
  const world = await memoryWorld();
  const machine = await world.create(policy);
  await machine.start();
  world.pass(1000);
  const { nonce, counter } = world.guestOf(machine);
  return { world, machine, before: { nonce: nonce(), counter: counter() } };
}

async function suspended(policy: Partial<Policy> = {}) {
  const found = await running(policy);
  await found.machine.suspend('user');
  return found;
}

type Found = Awaited<ReturnType<typeof running>>;

function expectGoesOn({ world, before }: Found, machine: Machine): void {
  expect(machine.status).toBe('running');
  expect(world.guestOf(machine).nonce()).toBe(before.nonce);
  expect(world.guestOf(machine).counter()).toBeGreaterThanOrEqual(before.counter);
}

describe.each([
  ['instant', false],
  ['streamed', false],
  ['instant', true],
  ['streamed', true],
] as const)('a machine in %s mode, encrypted %s', (stateMode, encryptStates) => {
  test('is compacted while suspended, comes back by itself, and is suspended again', async () => {
    const found = await suspended({ stateMode, encryptStates });
    const { machine } = found;
    await machine.form.compact();
    expect(machine.status).toBe('suspended');
    expect(machine.savedState?.form).toBe(encryptStates ? 'encrypted' : 'compacted');
    expect(await readdir(machine.bundle.files.state)).toHaveLength(2);
    await machine.checkState();

    const later = await found.world.crash(machine);
    await later.restore();
    expectGoesOn(found, later);
    expect(await exists(later.bundle.files.compactedState)).toBe(false);
    await later.suspend('user');
    await later.restore();
    expectGoesOn(found, later);
  });
});

test('a state is encrypted by the suspension itself when the policy says so', async () => {
  const { machine } = await suspended({ encryptStates: true });
  expect(machine.savedState?.form).toBe('encrypted');
  expect(await exists(machine.bundle.files.memory)).toBe(false);
  expect(machine.problem).toBeUndefined();
});

test('the suspension tells when it encrypts, the resume when it expands', async () => {
  const { machine } = await running({ encryptStates: true });
  const told = new Set<unknown>();
  machine.on('changed', () => {
    const { progress } = machine;
    if (progress?.amount?.phase !== undefined)
      told.add(`${progress.status} ${progress.amount.phase}`);
  });
  await machine.suspend('user');
  await machine.restore();
  expect([...told]).toEqual(['suspending encrypting', 'restoring expanding']);
});

test('a state that was compacted is encrypted later when the policy has changed', async () => {
  const found = await suspended();
  const { machine } = found;
  await machine.form.compact();
  await machine.configure({
    ...machine.config,
    policy: { ...machine.config.policy, encryptStates: true },
  });
  await machine.form.compact();
  expect(machine.savedState?.form).toBe('encrypted');
  await machine.restore();
  expectGoesOn(found, machine);
});

test('a key that is lost keeps the state, is named, and can come back', async () => {
  const found = await suspended({ encryptStates: true });
  const { machine, world } = found;
  world.keys.lose();
  const error = await rejection(machine.restore());
  expect(error.code).toBe('STATE_LOCKED');
  expect(machine.status).toBe('suspended');
  expect(machine.problem).toMatchObject({ code: 'STATE_LOCKED' });
  await machine.startCold();
  expect(await listSetAside(machine.bundle)).toHaveLength(1);
});

test('a guest that is suspended where no key can be had stays saved, and its machine says so', async () => {
  const { machine, world } = await running({ encryptStates: true });
  world.keys.refuse();
  const problems: string[] = [];
  machine.on('problem', ({ message }) => problems.push(message));
  await machine.suspend('user');
  expect(machine.status).toBe('suspended');
  expect(machine.savedState?.form).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining('is not encrypted')]);
  await machine.restore();
});

test('a compacted state that does not fit is refused before it is expanded', async () => {
  const { machine } = await suspended();
  await machine.form.compact();
  await writeFile(`${machine.bundle.files.disks}/vda.raw`, 'another disk');
  expect((await rejection(machine.restore())).code).toBe('STATE_DOES_NOT_FIT');
  expect((await loadManifest(machine.bundle)).compacted).toBeDefined();
});

test('a resume makes a compaction end, and the guest goes on', async () => {
  const found = await suspended();
  const { machine } = found;
  const compacting = rejection(machine.form.compact());
  expect(machine.form.amount).toBeDefined();
  expect(machine.status).toBe('suspended');
  await machine.restore();
  expect((await compacting).code).toBe('CANCELLED');
  expectGoesOn(found, machine);
  expect(await exists(`${machine.bundle.files.compactedState}.part`)).toBe(false);
});

test('a compaction can be cancelled, and two at once cannot be', async () => {
  const { machine } = await suspended();
  const compacting = rejection(machine.form.compact());
  expect((await rejection(machine.form.compact())).code).toBe('BUSY');
  expect(machine.cancel()).toBe(true);
  expect((await compacting).code).toBe('CANCELLED');
  expect(machine.savedState?.form).toBeUndefined();
  await machine.form.compact();
  expect(machine.savedState?.form).toBe('compacted');
});

test('what runs has no state to compact', async () => {
  const { machine } = await running();
  expect((await rejection(machine.form.compact())).code).toBe('WRONG_STATUS');
});

test('discarding a compacted state leaves a machine that boots', async () => {
  const { machine } = await suspended();
  await machine.form.compact();
  await machine.discardState();
  expect(machine.status).toBe('stopped');
  await machine.start();
});
