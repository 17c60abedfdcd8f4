import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readManifest, writeManifest } from '../../../src/core/saved-state/manifest.ts';
import { type RealMachine, realMachine } from '../../support/real-machine.ts';
import { rejection } from '../../support/rejection.ts';
import { remount, unmountedVolume, volumeForTest } from '../../support/volume.ts';

// What needs a hypervisor of what other hands do to a bundle; the rest is in test/core/foreign-hands.test.ts.

const mebibyte = 1024 * 1024;
let real: RealMachine | undefined;

afterEach(async () => {
  await real?.dispose();
  real = undefined;
});

/** A guest with a disk of its own on `volume`, outside its bundle. */
async function withDiskOn(volume: string): Promise<{ real: RealMachine; nonce: string }> {
  const made = await realMachine();
  real = made;
  const path = join(volume, 'outside.qcow2');
  await made.driver.createDisk(path, 'qcow2', 64 * mebibyte);
  const { config } = made.machine;
  const disks = [{ id: 'vda', path, format: 'qcow2', readOnly: false }] as const;
  await made.machine.configure({ ...config, hardware: { ...config.hardware, disks: [...disks] } });
  await made.machine.start();
  const [, nonce = ''] = await made.console().next(/^READY (\w+)/);
  return { real: made, nonce };
}

async function goesOn({ machine, console }: RealMachine, nonce: string): Promise<void> {
  await machine.restore();
  expect((await console().tick()).nonce).toBe(nonce);
}

describe('a disk', () => {
  test('on a volume that is not mounted is missing, and the guest goes on when it is', async (context) => {
    const volume = await volumeForTest(context, 'ext4', 128 * mebibyte);
    const { real: made, nonce } = await withDiskOn(volume);
    await made.machine.suspend('user');
    const mountAgain = await unmountedVolume(volume);
    const error = await rejection(made.machine.restore());
    await mountAgain();
    expect(error).toMatchObject({ code: 'STATE_DOES_NOT_FIT' });
    expect(error.message).toContain('missing');
    expect(made.machine.status).toBe('suspended');
    await goesOn(made, nonce);
    await made.machine.session?.end();
  });

  test('on a volume that became read-only is named, and the guest goes on when it is writable', async (context) => {
    const volume = await volumeForTest(context, 'ext4', 128 * mebibyte);
    const { real: made, nonce } = await withDiskOn(volume);
    await made.machine.suspend('user');
    await remount(volume, 'ro');
    const error = await rejection(made.machine.restore());
    await remount(volume, 'rw');
    expect(error.message).toMatch(/outside\.qcow2|read-only/i);
    expect(error.hint).toContain('saved state was kept');
    expect(made.machine.status).toBe('suspended');
    await goesOn(made, nonce);
    await made.machine.session?.end();
  });
});

test('a bundle on a volume that became read-only keeps its state, and goes on when it is writable', async (context) => {
  const folder = await volumeForTest(context, 'ext4', 480 * mebibyte);
  real = await realMachine({ folder });
  await real.machine.start();
  const [, nonce = ''] = await real.console().next(/^READY (\w+)/);
  await real.machine.suspend('user');
  await remount(folder, 'ro');
  const error = await rejection(real.machine.restore());
  await remount(folder, 'rw');
  expect(error).toMatchObject({
    code: 'PERMISSION_DENIED',
    hint: expect.stringContaining('written'),
  });
  expect(real.machine.status).toBe('suspended');
  await goesOn(real, nonce);
});

test('a machine type that this QEMU does not have is named, and nothing is lost', async () => {
  real = await realMachine();
  const { machine, bundle } = real;
  await machine.start();
  const [, nonce = ''] = await real.console().next(/^READY (\w+)/);
  await machine.suspend('user');
  const before = [await readFile(bundle.files.config), await readFile(bundle.files.manifest)];
  const gone = <T extends object>({ hardware }: { readonly hardware: T }) => ({
    ...hardware,
    machineType: 'pc-q35-99.9',
  });
  const manifest = await readManifest(bundle.files.manifest);
  await writeManifest(bundle.files.manifest, { ...manifest, hardware: gone(manifest) });
  await machine.configure({ ...machine.config, hardware: gone(machine.config) });
  const error = await rejection(machine.restore());
  expect(error).toMatchObject({
    code: 'HYPERVISOR_UNAVAILABLE',
    hint: expect.stringContaining('Install a QEMU that has it'),
  });
  expect(error.message).toContain('pc-q35-99.9');
  expect(machine.status).toBe('suspended');
  const [config = '', record = ''] = before;
  await writeFile(bundle.files.config, config);
  await writeFile(bundle.files.manifest, record);
  await machine.refresh();
  await goesOn(real, nonce);
});

test('a host that was rebooted while a guest ran is said to have been, and the machine boots', async () => {
  real = await realMachine();
  await real.machine.start();
  await real.console().next(/^READY (\w+)/);
  // As after a reboot: no process, no run directory, and a record from before.
  const record = JSON.parse(await readFile(real.bundle.files.process, 'utf8'));
  await real.machine.session?.end();
  await real.machine.settled();
  const early = { ...record, startedAt: '2001-01-01T00:00:00.000Z' };
  await writeFile(real.bundle.files.process, JSON.stringify(early));
  const machine = await real.reopen();
  expect(machine).toMatchObject({
    status: 'stopped',
    problem: { code: 'GUEST_ENDED', hint: 'Start it to boot again.' },
  });
  expect(machine.problem?.message).toContain('restarted while');
  await machine.start();
  await real.console().next(/^READY (\w+)/);
});
