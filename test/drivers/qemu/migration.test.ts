import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { loadFrom } from '../../../src/drivers/qemu/migration.ts';
import { connectQmp } from '../../../src/drivers/qemu/qmp/client.ts';
import { rejection } from '../../support/rejection.ts';
import { scriptedQmpServer } from '../../support/scripted-qmp-server.ts';
import { folderForTest } from '../../support/volume.ts';

/** So small that pipes and sockets take it at once. */
const contents = Buffer.alloc(32 * 1024, 7);
const sha256 = createHash('sha256').update(contents).digest('hex');

/**
 * Loads a state whose end is seen late, as on a computer whose disk is busy, into a QEMU that reads
 * `bytes` of it, hangs up, and then says how the migration ended.
 */
async function load(bytes: number, status: 'completed' | 'failed'): Promise<void> {
  const folder = await folderForTest();
  const [path, socket] = [join(folder, 'device.state'), join(folder, 'in.sock')];
  execFileSync('mkfifo', [path]);
  const workerData = { path: socket, bytes };
  const receiver = new Worker(new URL('./hangs-up.ts', import.meta.url), { workerData });
  onTestFinished(async () => void (await receiver.terminate()));
  await once(receiver, 'message');
  const server = await scriptedQmpServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const connecting = connectQmp(server.path);
  const peer = await server.accept();
  await peer.greet();
  const qmp = await connecting;
  onTestFinished(() => qmp.close());

  const hungUp = once(receiver, 'message');
  const expected = { bytes: contents.length, sha256 };
  const loading = loadFrom(path, expected, { qmp, socket, ignoreShared: true });
  loading.catch(() => {});
  for (const _ of ['capabilities', 'parameters', 'incoming']) {
    await peer.send({ return: {}, id: (await peer.next()).id });
  }
  const writer = await open(path, 'w');
  await writer.write(contents);
  await hungUp;
  // Until our end of the socket has heard of it too.
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  await writer.close();
  const timestamp = { seconds: 1, microseconds: 0 };
  await peer.send({ event: 'MIGRATION', data: { status }, timestamp });
  if (status === 'failed') {
    const { id } = await peer.next();
    await peer.send({ return: { status, 'error-desc': 'Invalid argument' }, id });
  }
  await loading;
}

test('a load is over when QEMU hangs up after its last byte, however soon', async () => {
  await load(contents.length, 'completed');
});

test('a QEMU that hangs up before that has failed, and its reason is told', async () => {
  const error = await rejection(load(4096, 'failed'));
  expect(error.code).toBe('HYPERVISOR_FAILED');
  expect(error.message).toContain('Invalid argument');
});
