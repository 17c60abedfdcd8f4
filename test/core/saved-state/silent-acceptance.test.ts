import { appendFile, copyFile, lstat, open, rm, truncate, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Hardware } from '../../../src/core/config.ts';
import { writeConfig } from '../../../src/core/library/bundle.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { makeDigests } from '../../../src/core/saved-state/digests.ts';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import { vouchAgain } from '../../../src/core/saved-state/vouch.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { rejection } from '../../support/rejection.ts';

/**
 * QEMU loads each of these without a word, and the guest is then wrong or dead. Core refuses them before
 * the driver is asked: it would fail here with another code.
 */
async function suspended() {
  const world = await memoryWorld();
  const machine = await world.create();
  // Large enough that most of it lies between the samples of a fingerprint.
  await truncate(diskOf(machine), 2 * 1024 * 1024);
  await machine.start();
  world.pass(1000);
  await machine.suspend('user');
  const nextResume = async (): Promise<{ code: string; text: string }> => {
    await machine.refresh();
    world.hypervisor.failNext('restore', new Error('the driver was asked'));
    const { code, message, details } = await rejection(machine.restore());
    return { code, text: `${message} ${JSON.stringify(details)}` };
  };
  return { world, machine, nextResume };
}

async function withHardware(machine: Machine, changes: Partial<Hardware>): Promise<void> {
  const { config, bundle } = machine;
  await writeConfig(bundle, { ...config, hardware: { ...config.hardware, ...changes } });
}

async function flipBit(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, offset);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, offset);
  } finally {
    await file.close();
  }
}

/** Whole seconds, which a test can set again exactly; the record of the state vouches for them. */
async function withRoundTimes(machine: Machine): Promise<void> {
  for (const path of [machine.bundle.files.memory, diskOf(machine)]) await utimes(path, 1000, 1000);
  await vouchAgain(machine.bundle, await loadManifest(machine.bundle));
}

/** As `touch -d` does afterwards. */
const setTimeBack = (path: string): Promise<void> => utimes(path, 1000, 1000);

const diskOf = ({ bundle }: Machine): string => join(bundle.files.disks, 'vda.raw');
const sizeOf = async (path: string): Promise<number> => (await lstat(path)).size;

describe('what QEMU accepts in silence is refused before the guest runs', () => {
  const cases: readonly [string, (machine: Machine) => Promise<void>, string][] = [
    ['another CPU model', (m) => withHardware(m, { cpuModel: 'qemu64' }), 'cpuModel'],
    ['an extra device: a display', (m) => withHardware(m, { display: 'none' }), 'display'],
    ['an extra device: no network card', (m) => withHardware(m, { network: null }), 'network'],
    ['trailing garbage', (m) => appendFile(m.bundle.files.deviceState, 'x'), 'bytes instead of'],
    [
      'the tail of the device state cut',
      async ({ bundle: { files } }) =>
        truncate(files.deviceState, (await sizeOf(files.deviceState)) - 1),
      'bytes instead of',
    ],
    ['a flipped bit in the device state', (m) => flipBit(m.bundle.files.deviceState, 2), 'changed'],
    ['a flipped bit in memory', (m) => flipBit(m.bundle.files.memory, 100), 'written to it'],
    ['a longer memory file', (m) => appendFile(m.bundle.files.memory, 'x'), 'bytes instead of'],
    [
      'a memory file that is missing, which QEMU would create empty',
      (m) => rm(m.bundle.files.memory),
      'missing',
    ],
    ['another disk content', (m) => flipBit(diskOf(m), 5000), 'disk vda'],
    ['another disk size', async (m) => truncate(diskOf(m), 128 * 1024), 'disk vda'],
    [
      'another disk content with the time set back',
      async (m) => {
        await withRoundTimes(m);
        await flipBit(diskOf(m), 100);
        await setTimeBack(diskOf(m));
      },
      'disk vda',
    ],
  ];

  test.each(cases)('%s', async (_what, harm, words) => {
    const { machine, nextResume } = await suspended();
    await harm(machine);
    const { code, text } = await nextResume();
    expect(['STATE_DAMAGED', 'STATE_DOES_NOT_FIT']).toContain(code);
    expect(text).toContain(words);
    expect(machine.status).toBe('suspended');
  });

  test('the second resume from the same files, whatever their sizes and times', async () => {
    const { machine, nextResume } = await suspended();
    await withRoundTimes(machine);
    const { files } = machine.bundle;
    const state = [files.manifest, files.deviceState, files.memory];
    const backupOf = (path: string): string => join(machine.bundle.path, `${basename(path)}.old`);
    for (const path of state) await copyFile(path, backupOf(path));
    await machine.restore();
    await machine.suspend('user');
    for (const path of state) await copyFile(backupOf(path), path);
    for (const path of [files.memory, diskOf(machine)]) await setTimeBack(path);
    expect(await nextResume()).toMatchObject({
      code: 'STATE_DAMAGED',
      text: expect.stringContaining('gone on from this saved state before'),
    });
  });
});

describe('once digests were made, contents tell what times do not', () => {
  const contents: readonly [string, (machine: Machine) => string, number][] = [
    ['guest memory', (machine) => machine.bundle.files.memory, 100],
    ['a disk between its samples', diskOf, 6000],
  ];

  test.each(contents)('%s, changed with its time set back', async (_what, pathOf, offset) => {
    const { machine, nextResume } = await suspended();
    const path = pathOf(machine);
    await withRoundTimes(machine);
    await makeDigests(machine.bundle, await loadManifest(machine.bundle), {});
    await flipBit(path, offset);
    await setTimeBack(path);
    const { code, text } = await nextResume();
    expect(code).toMatch(/^STATE_/);
    expect(text).toMatch(/changed|contents/);
  });

  test('a file that is only touched by its owner, as by chmod, resumes', async () => {
    const { machine } = await suspended();
    await makeDigests(machine.bundle, await loadManifest(machine.bundle), {});
    const file = await open(machine.bundle.files.memory, 'r');
    await file.chmod(0o640);
    await file.close();
    await machine.restore();
    expect(machine.status).toBe('running');
  });
});
