import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { QmpClient } from '../src/drivers/qemu/qmp/client.ts';
import { plain } from './plain-guest.ts';

/** QEMU's own migration through `exec:` into a file, which is what libvirt's managed save does. */
export const qemuExec = plain({
  name: 'QEMU, exec: to a file',
  arguments: () => [],
  incoming: true,
  prepare: async () => {},
  async save({ qmp, folder }) {
    await setUp(qmp);
    await qmp.execute('stop');
    await completed(qmp, () => qmp.execute('migrate', { uri: `exec:cat > ${state(folder)}` }));
    await flush(state(folder));
  },
  async load({ qmp, folder }) {
    await setUp(qmp);
    await completed(qmp, () =>
      qmp.execute('migrate-incoming', { uri: `exec:cat ${state(folder)}` }),
    );
  },
  stateBytes: async (folder) => (await stat(state(folder))).blocks * 512,
});

function state(folder: string): string {
  return join(folder, 'state');
}

async function setUp(qmp: QmpClient): Promise<void> {
  await qmp.execute('migrate-set-capabilities', {
    capabilities: [{ capability: 'events', state: true }],
  });
  await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 60 });
}

async function completed(qmp: QmpClient, begin: () => Promise<unknown>): Promise<void> {
  const done = qmp.waitFor('MIGRATION', ({ status }) => status === 'completed');
  await begin();
  await done;
}

/** Makes what another process wrote durable. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}
