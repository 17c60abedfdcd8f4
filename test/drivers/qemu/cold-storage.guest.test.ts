import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat, statfs, truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import { type RealMachine, realMachine } from '../../support/real-machine.ts';
import { rejection } from '../../support/rejection.ts';
import { volumeForTest } from '../../support/volume.ts';

const mebibyte = 1024 * 1024;

describe.each([
  ['instant', false],
  ['instant', true],
  ['streamed', true],
] as const)('a Linux guest in %s mode, encrypted %s', (stateMode, encryptStates) => {
  let real: RealMachine;

  beforeAll(async () => {
    real = await realMachine({ policy: { stateMode, encryptStates }, disk: true });
    await real.machine.start();
    await real.console().next(/^READY/);
  });

  afterAll(() => real.dispose());

  test('goes on where it was after its state was compacted and expanded', async () => {
    const [, filled] = await real.console().ask('fill 40', /^FILLED \d+ (\w+)$/);
    const before = await real.console().tick();
    await real.machine.suspend('user');
    const { machine, bundle } = real;
    if (!encryptStates) await machine.form.compact();
    expect(machine.savedState?.form).toBe(encryptStates ? 'encrypted' : 'compacted');
    expect((await readdir(bundle.files.state)).sort()).toEqual([
      'compacted.state',
      'manifest.json',
    ]);
    if (encryptStates) {
      const container = await readFile(bundle.files.compactedState);
      expect(container.includes(before.nonce)).toBe(false);
    }

    await machine.restore();
    const after = await real.console().tick();
    expect(after.nonce).toBe(before.nonce);
    expect(after.count).toBeGreaterThan(before.count);
    expect(after.count).toBeLessThan(before.count + 20);
    const [, sum] = await real.console().ask('sum', /^SUM (\w+)$/);
    expect(sum).toBe(filled);
    expect(await readdir(bundle.files.state)).not.toContain('compacted.state');
  });

  test('is suspended and compacted again by the next agent, and comes back', async () => {
    const before = await real.console().tick();
    await real.machine.suspend('user');
    const later = await real.reopen();
    await later.form.compact();
    await later.restore();
    expect((await real.console().tick()).nonce).toBe(before.nonce);
  });

  test('keeps its compacted state when the driver cannot resume it, in one whole form', async () => {
    const before = await real.console().tick();
    await real.machine.suspend('user');
    await real.machine.form.compact();
    const broken = { ...real.driver, restore: () => Promise.reject(new Error('no hypervisor')) };
    const refused = await real.reopen(broken);
    expect((await rejection(refused.restore())).code).toBe('RESUME_FAILED');
    expect(refused.status).toBe('suspended');
    await refused.checkState();
    const later = await real.reopen();
    await later.restore();
    expect((await real.console().tick()).nonce).toBe(before.nonce);
  });
});

test('a full volume keeps a state plain, or compacted, and the guest comes back', async (context) => {
  const folder = await volumeForTest(context, 'ext4', 900 * mebibyte);
  const real = await realMachine({ folder, memoryMiB: 256 });
  try {
    await real.machine.start();
    await real.console().next(/^READY/);
    await real.console().ask('fill 150', /^FILLED \d+ (\w+)$/);
    const before = await real.console().tick();
    await real.machine.suspend('user');
    const filler = `${folder}/filler`;
    const fill = async (leave: number): Promise<void> => {
      const { bavail, bsize } = await statfs(folder);
      execFileSync('fallocate', ['-l', String(bavail * bsize - leave), filler]);
    };

    await fill(60 * mebibyte);
    expect((await rejection(real.machine.form.compact())).code).toBe('NO_SPACE');
    expect(await readdir(real.bundle.files.state)).toHaveLength(3);
    await truncate(filler, 0);
    await real.machine.form.compact();

    await fill(60 * mebibyte);
    const error = await rejection(real.machine.restore());
    expect(error.code).toBe('NO_SPACE');
    expect((await loadManifest(real.bundle)).compacted).toBeDefined();
    expect((await stat(real.bundle.files.compactedState)).size).toBeGreaterThan(150 * mebibyte);
    await truncate(filler, 0);
    await real.machine.restore();
    expect((await real.console().tick()).nonce).toBe(before.nonce);
  } finally {
    await real.dispose();
  }
});
