import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { loadFrom } from '../../../src/drivers/qemu/migration.ts';
import { connectQmp } from '../../../src/drivers/qemu/qmp/client.ts';
import { rejection } from '../../support/rejection.ts';
import { scriptedQmpServer } from '../../support/scripted-qmp-server.ts';
import { folderForTest } from '../../support/volume.ts';

/** As large as the devices of a small guest. */
const contents = Buffer.alloc(426_416, 7);
const sha256 = createHash('sha256').update(contents).digest('hex');

/** Loads the same state into a QEMU that reads `bytes` of it, hangs up, and says how the migration ended. */
async function qemuThatReads(bytes: number) {
  const folder = await folderForTest();
  const [path, socket] = [join(folder, 'device.state'), join(folder, 'in.sock')];
  await writeFile(path, contents);
  const receiver = new Worker(new URL('./hangs-up.ts', import.meta.url), {
    workerData: { path: socket, bytes },
  });
  onTestFinished(async () => void (await receiver.terminate()));
  await once(receiver, 'message');
  const server = await scriptedQmpServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const connecting = connectQmp(server.path);
  const peer = await server.accept();
  await peer.greet();
  const qmp = await connecting;
  onTestFinished(() => qmp.close());

  return async (status: 'completed' | 'failed') => {
    const loading = loadFrom(
      path,
      { bytes: contents.length, sha256 },
      { qmp, socket, ignoreShared: true },
    );
    loading.catch(() => {});
    for (const _ of ['capabilities', 'parameters', 'incoming']) {
      await peer.send({ return: {}, id: (await peer.next()).id });
    }
    await peer.send({
      event: 'MIGRATION',
      data: { status },
      timestamp: { seconds: 1, microseconds: 0 },
    });
    if (status === 'failed') {
      const { id } = await peer.next();
      await peer.send({ return: { status, 'error-desc': 'Invalid argument' }, id });
    }
    await loading;
  };
}

test('a load is over when QEMU hangs up after its last byte, however soon', async () => {
  const load = await qemuThatReads(contents.length);
  for (let time = 0; time < 50; time++) await load('completed');
});

test('a QEMU that hangs up before that has failed, and its reason is told', async () => {
  const load = await qemuThatReads(65_536);
  const error = await rejection(load('failed'));
  expect(error.code).toBe('HYPERVISOR_FAILED');
  expect(error.message).toContain('Invalid argument');
});
