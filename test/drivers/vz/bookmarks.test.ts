import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { vzFailure } from './stand-in/failures.ts';
import { createVzWorld } from './support/world.ts';

async function sandboxedWithIso() {
  const world = await createVzWorld({ facts: { sandboxed: true } });
  const iso = join(world.library, 'setup.iso');
  await writeFile(iso, Buffer.alloc(512));
  const machine = await world.create();
  await machine.configure({ ...machine.config, hardware: { ...machine.config.hardware, iso } });
  return { ...world, iso, machine };
}

describe('files outside the container of the sandboxed edition', () => {
  test('are used by bookmarks, which are open as long as the guest is there', async () => {
    const { mac, iso, machine } = await sandboxedWithIso();
    await machine.start();
    expect([...mac.openBookmarks.values()]).toEqual([iso]);
    expect(JSON.parse(await readFile(machine.bundle.files.access, 'utf8'))).toEqual({
      [iso]: Buffer.from(iso).toString('base64'),
    });
    await machine.suspend('quit');
    expect(mac.openBookmarks.size).toBe(0);
    await machine.restore();
    expect([...mac.openBookmarks.values()]).toEqual([iso]);
    await machine.forceStop();
    expect(mac.openBookmarks.size).toBe(0);
  });

  test('one that was moved is named with its new place, and nothing is left open', async () => {
    const { mac, iso, machine } = await sandboxedWithIso();
    await machine.start();
    await machine.forceStop();
    mac.movedFiles.set(iso, '/elsewhere/setup.iso');
    await expect(machine.start()).rejects.toMatchObject({
      code: 'DISK_UNAVAILABLE',
      message: expect.stringContaining('/elsewhere/setup.iso'),
    });
    expect(mac.openBookmarks.size).toBe(0);
  });

  test('a stale bookmark is made anew while the file is open', async () => {
    const { mac, iso, machine } = await sandboxedWithIso();
    await machine.start();
    await machine.forceStop();
    mac.unchosenFiles.add(iso);
    mac.staleFiles.add(iso);
    await machine.start();
    expect(mac.staleFiles.size).toBe(0);
    await machine.forceStop();
    expect(mac.openBookmarks.size).toBe(0);
  });

  test('one that the system refuses is named', async () => {
    const { mac, iso, machine } = await sandboxedWithIso();
    await machine.start();
    await machine.forceStop();
    mac.refusedFiles.add(iso);
    await expect(machine.start()).rejects.toMatchObject({
      code: 'DISK_UNAVAILABLE',
      message: expect.stringContaining(iso),
      hint: expect.stringContaining('choose it again'),
    });
    expect(mac.openBookmarks.size).toBe(0);
  });

  test('one that nobody chose here cannot be remembered, and is named', async () => {
    const { mac, iso, machine } = await sandboxedWithIso();
    mac.unchosenFiles.add(iso);
    await expect(machine.start()).rejects.toMatchObject({
      code: 'DISK_UNAVAILABLE',
      message: expect.stringContaining(iso),
    });
  });

  test('a machine that cannot be opened leaves none open', async () => {
    const { mac, machine } = await sandboxedWithIso();
    mac.failNext('open', vzFailure(2, 'Invalid.'));
    await expect(machine.start()).rejects.toMatchObject({ code: 'HYPERVISOR_FAILED' });
    expect(mac.openBookmarks.size).toBe(0);
  });
});

test('elsewhere no bookmark is made', async () => {
  const world = await createVzWorld();
  const iso = join(world.library, 'setup.iso');
  await writeFile(iso, Buffer.alloc(512));
  const machine = await world.create();
  await machine.configure({ ...machine.config, hardware: { ...machine.config.hardware, iso } });
  await machine.start();
  expect(world.mac.openBookmarks.size).toBe(0);
  await expect(readFile(machine.bundle.files.access)).rejects.toThrow();
});
