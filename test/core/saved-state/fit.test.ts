import { mkdir, rename, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/core/config.ts';
import { bundleAt } from '../../../src/core/library/bundle.ts';
import { digestFile, fingerprintFile } from '../../../src/core/saved-state/fingerprint.ts';
import { assertFits, hardwareDifferences } from '../../../src/core/saved-state/fit.ts';
import type { Manifest } from '../../../src/core/saved-state/manifest.ts';
import { rejection } from '../../support/rejection.ts';
import { sampleConfig, sampleHardware, sampleManifest } from '../../support/samples.ts';
import { leavesOf, replaced, valueAt } from '../../support/trees.ts';
import { folderForTest } from '../../support/volume.ts';

const host = { id: 'host', userId: 1000 };
/** Whole seconds, since tests put it back and file times of Node's are no finer than a double. */
const savedAt = new Date('2026-11-24T12:00:00.000Z');

/** A saved state, its machine and their files, all of which fit. */
async function fitting(mode: 'instant' | 'streamed' = 'instant') {
  const bundle = bundleAt(await folderForTest());
  const { files, path } = bundle;
  const disk = join(path, 'disks/vda.raw');
  const contents = new Map([
    [disk, Buffer.alloc(300_000, 'disk')],
    [files.firmwareVariables, Buffer.alloc(1000, 'variables')],
    [files.memory, Buffer.alloc(5000, 'memory')],
    [files.deviceState, Buffer.alloc(2000, 'devices')],
  ]);
  for (const [name, bytes] of contents) {
    await mkdir(dirname(name), { recursive: true });
    await writeFile(name, bytes);
    await utimes(name, savedAt, savedAt);
  }
  const config = sampleConfig();
  const memory = await stat(files.memory, { bigint: true });
  const manifest: Manifest = sampleManifest({
    mode,
    machineId: config.id,
    host,
    hypervisor: { ...sampleManifest().hypervisor, driver: config.driver },
    files: [{ name: 'device.state', bytes: 2000, sha256: await digestFile(files.deviceState) }],
    memory: {
      name: 'memory.bin',
      bytes: 5000,
      dataBytes: 5000,
      inode: memory.ino.toString(),
      modifiedAt: memory.mtimeNs.toString(),
    },
    disks: [{ id: 'vda', path: 'disks/vda.raw', fingerprint: await fingerprintFile(disk) }],
    firmwareVariables: await fingerprintFile(files.firmwareVariables),
  });
  return { bundle, config, manifest, disk };
}

type Fitting = Awaited<ReturnType<typeof fitting>>;

function check({ manifest, bundle, config }: Fitting): Promise<void> {
  return assertFits(manifest, bundle, config, host);
}

async function differencesOf(promise: Promise<void>) {
  const error = await rejection(promise);
  expect(error.code).toBe('STATE_DOES_NOT_FIT');
  expect(error.hint).toContain('Nothing was changed');
  return error.details?.differences;
}

describe('a state that fits', () => {
  test.each(['instant', 'streamed'] as const)('is accepted (%s)', async (mode) => {
    await check(await fitting(mode));
  });

  test('is accepted when its bundle was moved by hand', async () => {
    const found = await fitting();
    const moved = `${found.bundle.path}-moved`;
    await rename(found.bundle.path, moved);
    onTestFinished(() => rm(moved, { recursive: true }));
    await check({ ...found, bundle: bundleAt(moved) });
  });

  test('is accepted when the policy changed, which is no hardware', async () => {
    const found = await fitting();
    const policy = { ...found.config.policy, onQuit: 'ask' } as const;
    await check({ ...found, config: { ...found.config, name: 'Other', policy } });
  });
});

describe('a machine that has changed', () => {
  test.each(leavesOf(sampleHardware).filter((path) => !path.endsWith('.kind')))(
    'hardware.%s is named, then and now',
    async (path) => {
      const found = await fitting();
      const saved = valueAt(sampleHardware, path);
      const hardware = replaced(sampleHardware, path, anotherOf(path, saved));
      const config = parseConfig({ ...found.config, hardware }, 'The change');
      const differences = await differencesOf(check({ ...found, config }));
      expect(differences).toHaveLength(1);
      const shown = path.startsWith('disks') ? 'disks' : path;
      expect(differences).toMatchObject([{ what: shown }]);
      if (shown === path) expect(differences).toMatchObject([{ saved: String(saved) }]);
    },
  );

  test.each([
    ['machine', { machineId: '00000000-0000-4000-8000-000000000000' }],
    ['host', { host: { id: 'another', userId: 1000 } }],
    ['user id', { host: { id: 'host', userId: 0 } }],
    ['driver', { hypervisor: { ...sampleManifest().hypervisor, driver: 'vz' as const } }],
  ])('another %s is named', async (what, changes) => {
    const found = await fitting();
    const differences = await differencesOf(
      check({ ...found, manifest: { ...found.manifest, ...changes } }),
    );
    expect(differences).toMatchObject([{ what }]);
  });

  test('every difference is told at once, and in the message', async () => {
    const found = await fitting();
    const hardware = { ...sampleHardware, memoryMiB: 1024, cpus: 1 };
    const error = await rejection(check({ ...found, config: { ...found.config, hardware } }));
    expect(error.message).toContain('(cpus: 2 → 1; memoryMiB: 512 → 1024)');
  });

  test('a value that came or went is compared with none', () => {
    expect(hardwareDifferences({ iso: null }, { iso: '/a' })).toEqual([
      { what: 'iso', saved: 'none', now: '/a' },
    ]);
    expect(
      hardwareDifferences({ boot: { kind: 'bios' } }, { boot: { kind: 'bios', extra: 1 } }),
    ).toEqual([{ what: 'boot.extra', saved: 'none', now: '1' }]);
    expect(hardwareDifferences({ a: undefined }, { a: null })).toEqual([]);
  });
});

const disks = [
  ['disk vda', ({ disk }: Fitting) => disk],
  ['firmware variables', ({ bundle }: Fitting) => bundle.files.firmwareVariables],
] as const;

describe.each(disks)('the %s', (what, pathOf) => {
  test('missing', async () => {
    const found = await fitting();
    await rm(pathOf(found));
    expect(await differencesOf(check(found))).toEqual([
      { what, saved: 'present', now: `missing (${pathOf(found)})` },
    ]);
  });

  test('of another size', async () => {
    const found = await fitting();
    await truncate(pathOf(found), 999);
    expect(await differencesOf(check(found))).toMatchObject([{ what, now: '999 bytes' }]);
  });

  test('written since', async () => {
    const found = await fitting();
    const later = new Date(savedAt.getTime() + 1000);
    await utimes(pathOf(found), later, later);
    expect(await differencesOf(check(found))).toEqual([
      { what, saved: `written ${savedAt.toISOString()}`, now: `written ${later.toISOString()}` },
    ]);
  });

  test('another of the same size and time', async () => {
    const found = await fitting();
    const { size } = await stat(pathOf(found));
    await writeFile(pathOf(found), Buffer.alloc(size, 'other'));
    await utimes(pathOf(found), savedAt, savedAt);
    expect(await differencesOf(check(found))).toMatchObject([{ what: `contents of ${what}` }]);
  });
});

describe('the files of the state itself', () => {
  const damages: Record<string, (path: string) => Promise<void>> = {
    'it is missing': (path) => rm(path),
    'it has 10 bytes': (path) => truncate(path, 10),
    'it has 9999 bytes': (path) => truncate(path, 9999),
    'it is not a regular file': async (path) => {
      await rename(path, `${path}.real`);
      await symlink(`${path}.real`, path);
    },
  };
  const files = ['deviceState', 'memory'] as const;
  const cases = files.flatMap((file) => Object.keys(damages).map((why) => [file, why] as const));

  test.each(cases)('%s: %s', async (file, why) => {
    const found = await fitting();
    const path = found.bundle.files[file];
    await damages[why]?.(path);
    const error = await rejection(check(found));
    expect(error.code).toBe('STATE_DAMAGED');
    expect(error.message).toContain(`${path}: ${why}`);
    expect(error.hint).toContain('Nothing was deleted');
  });

  test('a changed byte in a file of an instant state', async () => {
    const found = await fitting();
    const bytes = Buffer.alloc(2000, 'devices');
    bytes[1999] = 0;
    await writeFile(found.bundle.files.deviceState, bytes);
    expect((await rejection(check(found))).message).toContain('its contents have changed');
  });

  test('memory that something has written to', async () => {
    const found = await fitting();
    await utimes(found.bundle.files.memory, new Date(), new Date());
    expect((await rejection(check(found))).message).toContain('something has written to it since');
  });

  test('memory whose time does not count, because Torpor itself was preparing it', async () => {
    const found = await fitting();
    const { memory } = found.manifest;
    if (memory === null) throw new Error('no memory');
    await utimes(found.bundle.files.memory, new Date(), new Date());
    await check({
      ...found,
      manifest: { ...found.manifest, memory: { ...memory, modifiedAt: null } },
    });
  });

  test('damage is told before differences, which could send a person the wrong way', async () => {
    const found = await fitting();
    await rm(found.bundle.files.deviceState);
    await rm(found.disk);
    expect((await rejection(check(found))).code).toBe('STATE_DAMAGED');
  });
});

/** Another value that is valid in that place. */
function anotherOf(path: string, value: unknown): unknown {
  const others: Record<string, unknown> = {
    architecture: 'aarch64',
    display: 'none',
    iso: null,
    'disks.0.format': 'qcow2',
    'network.mac': '52:54:00:12:34:57',
  };
  if (path in others) return others[path];
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : `${value}2`;
}
