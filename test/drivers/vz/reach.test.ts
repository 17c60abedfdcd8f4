import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findState } from '../../../src/core/saved-state/find.ts';
import { createVzWorld } from './support/world.ts';

/** A suspended machine of the sandboxed edition, with a disk outside its bundle. */
async function suspended() {
  const world = await createVzWorld({ facts: { sandboxed: true } });
  const path = join(world.library, 'data.raw');
  await writeFile(path, Buffer.alloc(512));
  const machine = await world.create();
  const { hardware } = machine.config;
  const disk = { id: 'vdb', path, format: 'raw', readOnly: true } as const;
  await machine.configure({
    ...machine.config,
    hardware: { ...hardware, disks: [...hardware.disks, disk] },
  });
  await machine.start();
  await machine.suspend('user');
  const { mac } = world;
  return { ...world, path, machine, open: () => [...mac.openBookmarks.values()] };
}

test('files outside can be used while a state is checked, and not after', async () => {
  const { machine, path, open } = await suspended();
  expect(open()).toEqual([]);
  expect(await machine.reading(async () => open())).toEqual([path]);
  expect(open()).toEqual([]);
  await expect(machine.reading(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(open()).toEqual([]);
});

test('a state whose disk outside may not be used is kept, and the disk is named', async () => {
  const { machine, mac, path, open } = await suspended();
  mac.refusedFiles.add(path);
  await expect(machine.restore()).rejects.toMatchObject({
    code: 'DISK_UNAVAILABLE',
    message: expect.stringContaining(path),
  });
  expect(machine.status).toBe('suspended');
  expect((await findState(machine.bundle)).exists).toBe(true);
  expect(open()).toEqual([]);
  mac.refusedFiles.clear();
  await machine.restore();
  expect(open()).toEqual([path]);
});

test('elsewhere nothing is opened', async () => {
  const world = await createVzWorld();
  const machine = await world.create();
  expect(await machine.reading(async () => world.mac.openBookmarks.size)).toBe(0);
});
