import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { readManifest } from '../../../src/core/saved-state/manifest.ts';
import { createHost } from '../../../src/storage/host.ts';
import { failingHost } from '../../support/failing-host.ts';
import { fill } from '../../support/fill.ts';
import {
  type RealMachine,
  type RealMachineOptions,
  realMachine,
} from '../../support/real-machine.ts';
import { rejection } from '../../support/rejection.ts';
import { volumeForTest } from '../../support/volume.ts';

let real: RealMachine | undefined;

afterEach(async () => {
  await real?.dispose();
  real = undefined;
});

async function running(options: RealMachineOptions = {}) {
  const made = await realMachine(options);
  real = made;
  await made.machine.start();
  const [, nonce = ''] = await made.console().next(/^READY (\w+)/);
  return { ...made, real: made, nonce };
}

const mebibyte = 1024 * 1024;

describe('a full volume', () => {
  test('a machine whose memory finds no room does not start, and says how much is missing', async (context) => {
    const folder = await volumeForTest(context, 'ext4', 200 * mebibyte);
    real = await realMachine({ folder });
    const error = await rejection(real.machine.start());
    expect(error.code).toBe('NO_SPACE');
    expect(error.hint).toMatch(/^Free \d+ MiB/);
    expect(real.machine.status).toBe('stopped');
  });

  test('does not harm a guest that runs in instant mode: its memory was reserved', async (context) => {
    const folder = await volumeForTest(context, 'ext4', 480 * mebibyte);
    const { real: made, nonce } = await running({ folder });
    await fill(folder);
    // Without the reservation this write would end QEMU by SIGBUS, without a word.
    await made.console().ask('fill 120', /^FILLED/);
    expect((await made.console().tick()).nonce).toBe(nonce);
  });

  test('refuses a suspension before the guest is stopped, and the guest runs on', async (context) => {
    const folder = await volumeForTest(context, 'ext4', 480 * mebibyte);
    const { real: made, nonce } = await running({ folder, policy: { stateMode: 'streamed' } });
    await fill(folder);
    const error = await rejection(made.machine.suspend('user'));
    expect(error.code).toBe('NO_SPACE');
    expect(made.machine.status).toBe('running');
    expect((await made.console().tick()).nonce).toBe(nonce);
  });

  test('gives back what the guest never touched once it is suspended', async (context) => {
    const folder = await volumeForTest(context, 'ext4', 480 * mebibyte);
    const { real: made } = await running({ folder });
    const host = createHost();
    const { memory } = made.bundle.files;
    expect(await host.allocatedBytes(memory)).toBeGreaterThanOrEqual(256 * mebibyte);
    await made.machine.suspend('user');
    expect(await host.allocatedBytes(memory)).toBeLessThan(200 * mebibyte);
    await made.machine.restore();
    expect(await host.allocatedBytes(memory)).toBeGreaterThanOrEqual(256 * mebibyte);
  });
});

describe('a system call that fails', () => {
  test.each([
    ['flush', 'EIO', 1],
    ['flush', 'EIO', 2],
    ['flush', 'EIO', 3],
    ['flush', 'EIO', 4],
    ['dirtyExtents', 'EIO', 1],
    ['dirtyExtents', 'EIO', 2],
    ['space', 'EIO', 1],
  ] as const)(
    '%s with %s (call %i) while suspending: the guest runs on',
    async (call, errno, nth) => {
      const { real: made, nonce } = await running({
        host: failingHost(createHost(), call, errno, nth),
      });
      const error = await rejection(made.machine.suspend('user'));
      expect(error.code).toBe('SUSPEND_FAILED');
      expect(error.hint).toContain('runs on');
      expect(made.machine.status).toBe('running');
      expect((await made.console().tick()).nonce).toBe(nonce);
      await made.machine.suspend('user');
      await made.machine.restore();
      expect((await made.console().tick()).nonce).toBe(nonce);
    },
  );
});

test('room that cannot be given back is told, and the state is whole', async () => {
  const told: unknown[] = [];
  const { real: made, nonce } = await running({
    host: failingHost(createHost(), 'releaseUnused', 'EIO', 1),
    onError: (error) => told.push(error),
  });
  await made.machine.suspend('user');
  expect(told).toMatchObject([{ code: 'EIO' }]);
  await made.machine.checkState();
  await made.machine.restore();
  expect((await made.console().tick()).nonce).toBe(nonce);
});

test('memory that cannot be read ahead is told, and the guest comes back', async (context) => {
  const told: unknown[] = [];
  const { real: made, nonce } = await running({
    host: failingHost(createHost(), 'readAhead', 'EIO', 1),
    onError: (error) => told.push(error),
  });
  await made.machine.suspend('user');
  const { memory } = await readManifest(made.bundle.files.manifest);
  if (memory?.recent === undefined) return context.skip('this kernel cannot tell what is dirty');
  // A guest that runs writes: its clock, if nothing else.
  expect(memory.recent.length).toBeGreaterThan(0);
  await made.machine.restore();
  expect(told).toMatchObject([{ code: 'EIO' }]);
  expect((await made.console().tick()).nonce).toBe(nonce);
});

test('a volume that fills between the check and the reservation: refused, the guest runs on', async () => {
  // The first reservation is the guest's memory, the second the state's.
  const { real: made, nonce } = await running({
    host: failingHost(createHost(), 'reserve', 'ENOSPC', 2),
  });
  const error = await rejection(made.machine.suspend('user'));
  expect(error.code).toBe('NO_SPACE');
  expect((await made.console().tick()).nonce).toBe(nonce);
});

describe('a QEMU that is killed', () => {
  test('while it runs: the machine says so, and boots', async () => {
    const { real: made, nonce } = await running();
    const ended = new Promise((resolve) => made.machine.on('problem', resolve));
    process.kill(await made.qemuPid(), 'SIGKILL');
    expect(await ended).toMatchObject({ code: 'GUEST_ENDED' });
    await made.machine.settled();
    expect(made.machine.status).toBe('stopped');
    await made.machine.start();
    const [, other] = await made.console().next(/^READY (\w+)/);
    expect(other).not.toBe(nonce);
  });
});

describe('a disk that another program uses', () => {
  test('keeps the state whole, and the resume works once it is free', async () => {
    const { real: made, nonce } = await running({ disk: true });
    await made.machine.suspend('user');
    const disk = join(made.bundle.files.disks, 'vda.qcow2');
    const user = await useDisk(disk);
    const error = await rejection(made.machine.restore());
    expect(error.message).toContain('lock');
    expect(made.machine.status).toBe('suspended');
    await user.end();
    await made.machine.restore();
    expect((await made.console().tick()).nonce).toBe(nonce);
  });
});

/** Another program that has the image open for writing, until `end`. */
async function useDisk(path: string): Promise<{ end(): Promise<void> }> {
  const program = spawn('qemu-io', [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(program, 'exit');
  const end = async (): Promise<void> => {
    program.kill('SIGKILL');
    await exited;
  };
  onTestFinished(end);
  // It prompts once it has opened the image.
  await once(program.stdout, 'data');
  return { end };
}
