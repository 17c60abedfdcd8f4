import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errnoOf } from '../../../../src/core/errors.ts';
import { architectures, hostArchitecture } from '../../../../src/drivers/qemu/architecture.ts';
import { locateQemu } from '../../../../src/drivers/qemu/locate.ts';
import { probeQemu } from '../../../../src/drivers/qemu/probe.ts';
import { connectQmp } from '../../../../src/drivers/qemu/qmp/client.ts';

const { env, platform } = process;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-qemu-'));
});

afterEach(async () => {
  // QEMU removes its pidfile when it ends: one that is still there names a process that is left.
  const pid = await readFile(join(folder, 'pid'), 'utf8').catch(() => undefined);
  if (pid !== undefined) kill(Number(pid));
  await rm(folder, { recursive: true, force: true });
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

test('talks to a real QEMU until it quits', async () => {
  const { system } = await locateQemu({ env, platform });
  const socket = join(folder, 'qmp');
  const pidfile = join(folder, 'pid');
  // The started process ends when QEMU, detached from it, listens.
  const starter = spawn(
    system,
    '-machine none,accel=tcg -nodefaults -display none -S -daemonize'
      .split(' ')
      .concat('-pidfile', pidfile, '-qmp', `unix:${socket},server=on,wait=off`),
    { stdio: 'ignore' },
  );
  expect(await once(starter, 'exit')).toEqual([0, null]);

  const warnings: string[] = [];
  const qmp = await connectQmp(socket, { onWarning: (message) => warnings.push(message) });
  const quitting = qmp.waitFor('SHUTDOWN', () => true);
  try {
    const [version, status, uuid, capabilities] = await Promise.all([
      qmp.execute('query-version'),
      qmp.execute('query-status'),
      qmp.execute('query-uuid'),
      qmp.execute('query-migrate-capabilities'),
      qmp.execute('query-kvm'),
      qmp.execute('query-name'),
      qmp.execute('query-migrate'),
      qmp.execute('query-block'),
      qmp.execute('query-blockstats'),
      qmp.execute('query-chardev'),
    ]);
    expect(version).toEqual(qmp.version);
    expect(status).toEqual({ status: 'prelaunch', running: false });
    expect(uuid.UUID).toMatch(/^[0-9a-f-]{36}$/);
    expect(capabilities).toContainEqual({ capability: 'x-ignore-shared', state: false });
    await qmp.execute('migrate-set-capabilities', {
      capabilities: [{ capability: 'events', state: true }],
    });
    await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 40 });
    const refused = qmp.execute('query-balloon');
    await expect(refused).rejects.toMatchObject({
      code: 'HYPERVISOR_FAILED',
      details: { command: 'query-balloon', class: 'DeviceNotActive' },
    });
  } finally {
    await qmp.execute('quit').catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'HYPERVISOR_DISCONNECTED' });
    });
  }
  expect((await quitting).reason).toBe('host-qmp-quit');
  expect((await qmp.closed)?.code).toBe('HYPERVISOR_DISCONNECTED');
  expect(warnings).toEqual([]);
});

test('probes a real QEMU', async () => {
  const architecture = hostArchitecture();
  const { system } = await locateQemu({ env, platform });
  const facts = await probeQemu(system, architecture);
  expect(facts.version.major).toBeGreaterThanOrEqual(7);
  expect(facts.newestMachineType).toBe(facts.machineTypes[0]);
  expect(facts.newestMachineType.startsWith(architectures[architecture].machinePrefix)).toBe(true);
  expect(facts.migrationCapabilities).toContain('x-ignore-shared');
  expect(facts.accelerators).toContain('tcg');
});
