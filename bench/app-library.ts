import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAgent } from '../src/agent/agent.ts';
import { hostIdentity } from '../src/agent/identity.ts';
import { createQemuDriver } from '../src/drivers/qemu/driver.ts';
import { createHost } from '../src/storage/host.ts';

/** Fills a library with machines that are shut down, each with an empty disk. */
export async function fillLibrary(library: string, count: number): Promise<void> {
  const host = createHost();
  const driver = createQemuDriver({
    host,
    settings: { cacheDirectory: path.join(tmpdir(), 'torpor-test-cache') },
    onError: (error) => console.error(error),
  });
  const agent = await startAgent({
    library,
    drivers: new Map([['qemu', driver]]),
    host,
    identity: await hostIdentity(),
  });
  for (let index = 1; index <= count; index++) {
    await agent.handle['machine.create']({
      name: `Machine ${index}`,
      driver: 'qemu',
      memoryMiB: 256,
      boot: 'bios',
      disks: [{ kind: 'empty', bytes: 1024 ** 3, format: 'qcow2' }],
      network: true,
      display: 'vnc',
      policy: {},
    });
  }
  await agent.stop('quit');
}
