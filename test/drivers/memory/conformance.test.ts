import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPolicy } from '../../../src/core/config.ts';
import { TorporError } from '../../../src/core/errors.ts';
import { createMemoryDriver } from '../../../src/drivers/memory/driver.ts';
import { createMemoryHypervisor } from '../../../src/drivers/memory/hypervisor.ts';
import { describeConformance, type Harness } from '../conformance.ts';

describeConformance(
  'In-memory',
  { modes: ['instant', 'streamed'], stopsByRequest: true, echoes: true },
  setup,
);

async function setup(): Promise<Harness> {
  const library = await mkdtemp(join(tmpdir(), 'torpor-test-'));
  let now = 0;
  const pass = (): void => {
    now += 1000;
  };
  const hypervisor = createMemoryHypervisor({ now: () => now });
  const newDriver = () => createMemoryDriver({ hypervisor });

  return {
    newDriver,
    library,
    runDirectory: join(library, 'run'),

    async newConfig(name, stateMode) {
      const boot = { kind: 'bios' } as const;
      const wish = { boot, iso: null, display: 'none', network: true } as const;
      const disks = [{ id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false }] as const;
      return {
        formatVersion: 1,
        id: randomUUID(),
        name,
        createdAt: new Date().toISOString(),
        driver: 'memory',
        hardware: await newDriver().plan({ ...wish, disks: [...disks] }),
        policy: { ...defaultPolicy, stateMode },
      };
    },

    async fill({ files, path }) {
      await mkdir(files.disks, { mode: 0o700 });
      await newDriver().createDisk(join(path, 'disks/vda.raw'), 'raw', 1024 * 1024);
    },

    nonce: async ({ config }) => hypervisor.guestOf(config.id).nonce(),
    counter: async ({ config }) => hypervisor.guestOf(config.id).counter(),

    async counterAbove({ config }, count) {
      const guest = hypervisor.guestOf(config.id);
      if (!guest.running) throw new Error('a guest that stands never counts');
      while (guest.counter() <= count) pass();
    },

    letTimePass: async () => pass(),
    isAlive: async ({ config }) => hypervisor.guests.has(config.id),
    kill: async ({ config }) => hypervisor.kill(config.id),

    async breakRestore() {
      hypervisor.failNext('restore', new TorporError('HYPERVISOR_FAILED', 'Broken for a test.'));
      return async () => {};
    },

    cleanup: () => rm(library, { recursive: true, force: true }),
  };
}
