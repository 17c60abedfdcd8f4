import { execFile } from 'node:child_process';
import { open, readFile, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MachineConfig } from '../../../src/core/config.ts';
import { listSetAside } from '../../../src/core/saved-state/files.ts';
import { type RealMachine, realMachine } from '../../support/real-machine.ts';
import { rejection } from '../../support/rejection.ts';

const run = promisify(execFile);

/**
 * One guest lives through all of these: suspended, its files or its machine changed by somebody, the
 * resume refused, the change undone, and resumed after all. That it goes on proves that refusing lost nothing.
 */
describe.each(['instant', 'streamed'] as const)('a saved state in %s mode', (stateMode) => {
  let real: RealMachine;
  let nonce: string;

  beforeAll(async () => {
    real = await realMachine({ policy: { stateMode }, disk: true });
    await real.machine.start();
    [, nonce = ''] = await real.console().next(/^READY (\w+)/);
  });

  afterAll(() => real.dispose());

  const stateFile = () =>
    stateMode === 'instant' ? real.bundle.files.deviceState : real.bundle.files.streamState;
  const disk = () => join(real.bundle.files.disks, 'vda.qcow2');

  /** Suspends, lets `harm` happen, expects the resume to be refused, undoes it, and resumes. */
  async function refused(harm: () => Promise<() => Promise<void>>) {
    await real.machine.suspend('user');
    const undo = await harm();
    const error = await rejection(real.machine.restore());
    expect(real.machine.status).toBe('suspended');
    await expect(real.qemuPid()).rejects.toThrow('ENOENT');
    await undo();
    await real.machine.restore();
    expect((await real.console().tick()).nonce).toBe(nonce);
    return error;
  }

  test('is refused for another memory size, with both sizes', async () => {
    const error = await refused(async () => {
      const before = real.machine.config;
      const hardware = { ...before.hardware, memoryMiB: 512 };
      await real.machine.configure({ ...before, hardware });
      return () => real.machine.configure(before);
    });
    expect(error).toMatchObject({
      code: 'STATE_DOES_NOT_FIT',
      details: { differences: [{ what: 'memoryMiB', saved: '256', now: '512' }] },
    });
  });

  test.each([
    ['cpus', (config: MachineConfig) => ({ ...config.hardware, cpus: 2 })],
    ['machineType', (config: MachineConfig) => ({ ...config.hardware, machineType: 'pc-q35-7.1' })],
    ['cpuModel', (config: MachineConfig) => ({ ...config.hardware, cpuModel: 'Nehalem-v1' })],
    ['display', (config: MachineConfig) => ({ ...config.hardware, display: 'vnc' as const })],
  ])('is refused for another %s, which QEMU might take in silence', async (what, change) => {
    const error = await refused(async () => {
      const before = real.machine.config;
      await real.machine.configure({ ...before, hardware: change(before) });
      return () => real.machine.configure(before);
    });
    expect(error.code).toBe('STATE_DOES_NOT_FIT');
    expect(error.details?.differences).toEqual([expect.objectContaining({ what })]);
  });

  test('is refused when the disk was written to, also when its time was put back', async () => {
    const error = await refused(async () => {
      const undo = await keepCopy(disk());
      await flipBit(disk(), 0);
      await run('touch', ['-r', `${disk()}.kept`, disk()]);
      return undo;
    });
    expect(error.code).toBe('STATE_DOES_NOT_FIT');
    expect(error.message).toContain('disk vda');
  });

  test('is refused when the disk is gone, and fits again when it is back', async () => {
    const error = await refused(() => moveAway(disk()));
    expect(error.details?.differences).toEqual([
      { what: 'disk vda', saved: 'present', now: expect.stringContaining('missing') },
    ]);
  });

  test('is refused when it was truncated', async () => {
    const error = await refused(async () => {
      const { size } = await stat(stateFile());
      const undo = await keepCopy(stateFile());
      // QEMU itself accepts a state that lacks up to a kilobyte of its end.
      await truncate(stateFile(), size - 512);
      return undo;
    });
    expect(error).toMatchObject({ code: 'STATE_DAMAGED' });
    expect(error.message).toContain('bytes instead of');
  });

  test('is refused when a bit of it flipped, which QEMU does not notice', async () => {
    const error = await refused(async () => {
      const undo = await keepCopy(stateFile());
      await flipBit(stateFile(), 0.9);
      return undo;
    });
    expect(error.code).toBe('STATE_DAMAGED');
  });

  test('is refused when its file is gone', async () => {
    const error = await refused(() => moveAway(stateFile()));
    expect(error.message).toContain('missing');
  });

  test('is refused when its record was edited', async () => {
    const error = await refused(async () => {
      const undo = await keepCopy(real.bundle.files.manifest);
      await flipBit(real.bundle.files.manifest, 0.5);
      return undo;
    });
    expect(error.code).toBe('STATE_DAMAGED');
  });

  test.runIf(stateMode === 'instant')(
    'is refused without its memory file, and QEMU makes no empty one',
    async () => {
      const error = await refused(() => moveAway(real.bundle.files.memory));
      expect(error).toMatchObject({ code: 'STATE_DAMAGED' });
      expect(error.message).toContain('memory.bin');
    },
  );

  test.runIf(stateMode === 'instant')('is refused when something wrote to its memory', async () => {
    const error = await refused(async () => {
      const undo = await keepCopy(real.bundle.files.memory);
      await flipBit(real.bundle.files.memory, 0.5);
      return undo;
    });
    expect(error.message).toContain('written to it since');
  });

  test('is set aside whole by a cold start, and the guest boots', async () => {
    await real.machine.suspend('user');
    const before = await readFile(real.bundle.files.manifest, 'utf8');
    await real.machine.startCold();
    const [, other] = await real.console().next(/^READY (\w+)/);
    expect(other).not.toBe(nonce);
    const [aside] = await listSetAside(real.bundle);
    expect(aside?.reason).toContain('started cold');
    expect(await readFile(join(aside?.path ?? '', 'manifest.json'), 'utf8')).toBe(before);
  });
});

/** Keeps a copy with its times, to the nanosecond; the function that it returns puts it back. */
async function keepCopy(path: string): Promise<() => Promise<void>> {
  const copy = `${path}.kept`;
  await run('cp', ['--preserve=all', '--sparse=always', path, copy]);
  return () => rename(copy, path);
}

/** Flips one bit at a fraction of the file's length. */
async function flipBit(path: string, where: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const position = Math.floor((await file.stat()).size * where);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    byte.writeUInt8(byte.readUInt8() ^ 0x10);
    await file.write(byte, 0, 1, position);
  } finally {
    await file.close();
  }
}

async function moveAway(path: string): Promise<() => Promise<void>> {
  await rename(path, `${path}.away`);
  return () => rename(`${path}.away`, path);
}
