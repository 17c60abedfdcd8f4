import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { guestConsole } from '../../../guest/console.ts';
import {
  type Boot,
  type Disk,
  defaultPolicy,
  type MachineConfig,
} from '../../../src/core/config.ts';
import { createBundle } from '../../../src/core/library/library.ts';
import { Machine } from '../../../src/core/machine.ts';
import { createQemuDriver } from '../../../src/drivers/qemu/driver.ts';
import { createHost } from '../../../src/storage/host.ts';
import { bootIso } from '../../support/boot-iso.ts';
import { bootDisk } from '../../support/boot-sector.ts';

interface Wish {
  readonly boot: Boot;
  readonly disks?: Disk[];
  readonly iso?: Uint8Array;
  readonly memoryMiB?: number;
  readonly network?: boolean;
}

async function running({ boot, disks = [], iso, memoryMiB = 32, network = true }: Wish) {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-boot-'));
  const driver = createQemuDriver({
    host: createHost(),
    settings: { cacheDirectory: join(tmpdir(), 'torpor-test-cache') },
    onError: () => {},
  });
  await mkdir(join(folder, '.torpor', 'staging'), { recursive: true });
  const medium = join(folder, 'medium.iso');
  if (iso !== undefined) await writeFile(medium, iso);
  const wish = { boot, disks, iso: iso === undefined ? null : medium, memoryMiB, cpus: 1 };
  const hardware = await driver.plan({ ...wish, display: 'none', network });
  const config: MachineConfig = {
    formatVersion: 1,
    id: randomUUID(),
    name: 'Boots, “so” it does',
    createdAt: new Date().toISOString(),
    driver: 'qemu',
    hardware,
    policy: defaultPolicy,
  };
  const bundle = await createBundle(folder, config, async (staged) => {
    await mkdir(staged.files.disks);
    for (const { path } of disks) await writeFile(join(staged.path, path), bootDisk());
    await driver.prepare(staged, hardware);
    return config;
  });
  const machine = await Machine.open(bundle, {
    driver,
    identity: { id: 'test', userId: process.getuid?.() ?? 0 },
    torporVersion: 'test',
    runDirectory: join(folder, 'run, with a comma'),
    onError: () => {},
  });
  onTestFinished(async () => {
    await machine.settled();
    await machine.session?.end();
    await rm(folder, { recursive: true });
  });
  await machine.start();
  return machine;
}

function consoleOf(machine: Machine) {
  const port = machine.session?.console;
  if (port?.available !== true) throw new Error('no console');
  const { session } = machine;
  return guestConsole({ ...port.use, onEnd: (listener) => session?.on('ended', listener) });
}

const raw: Disk = { id: 'vda', path: 'disks/a, b=c.raw', format: 'raw', readOnly: false };
const tick = /^T [0-9a-f]{8} ([0-9a-f]{16})/;

test('a BIOS boots from a disk, whatever its name is made of', async () => {
  const machine = await running({ boot: { kind: 'bios' }, disks: [raw] });
  await consoleOf(machine).next(tick);
});

test('a BIOS boots from a medium, and the guest goes on after a suspension', async () => {
  const machine = await running({ boot: { kind: 'bios' }, iso: bootIso() });
  const [, nonce] = await consoleOf(machine).next(tick);
  await machine.suspend('user');
  await machine.restore();
  expect((await consoleOf(machine).next(tick))[1]).toBe(nonce);
});

test('UEFI firmware runs with variables of its own, and is suspended and resumed', async () => {
  const machine = await running({ boot: { kind: 'uefi' }, memoryMiB: 128, network: false });
  const { firmwareVariables } = machine.bundle.files;
  expect((await stat(firmwareVariables)).size).toBeGreaterThan(100_000);
  // Without a disk the firmware says that it finds nothing to boot.
  await consoleOf(machine).next(/BdsDxe|UEFI|Shell/);
  await machine.suspend('user');
  await machine.restore();
  expect(machine.status).toBe('running');
});
