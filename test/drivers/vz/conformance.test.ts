import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPolicy } from '../../../src/core/config.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { createVzDriver } from '../../../src/drivers/vz/driver.ts';
import { guestsOf } from '../../../src/drivers/vz/guest.ts';
import { createHost } from '../../../src/storage/host.ts';
import { describeConformance, type Harness } from '../conformance.ts';
import { vzFailure } from './stand-in/failures.ts';
import { createMac, type LiveMachine } from './stand-in/mac.ts';
import { createStandIn } from './stand-in/native.ts';

describeConformance(
  'Apple Virtualization',
  {
    modes: ['streamed'],
    stopsByRequest: true,
    echoes: true,
    boot: { kind: 'uefi' },
    formats: ['raw'],
  },
  setup,
);

async function setup(): Promise<Harness> {
  const library = await mkdtemp(join(tmpdir(), 'torpor-vz-'));
  let now = 0;
  const pass = (): void => {
    now += 1000;
  };
  const mac = createMac({ now: () => now });
  const native = createStandIn(mac);
  const host = createHost();
  const newDriver = () => createVzDriver({ host, native: () => native, onError: () => {} });

  const liveOf = ({ config }: Machine): LiveMachine | undefined =>
    mac.live.get(config.hardware.vz?.guest.machineIdentifier ?? '');
  const mustBeLive = (machine: Machine): LiveMachine => {
    const live = liveOf(machine);
    if (live === undefined) throw new Error('the guest is not there');
    return live;
  };

  const planned = () => {
    const disks = [{ id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false }] as const;
    const boot = { kind: 'uefi' } as const;
    const rest = { iso: null, display: 'none', network: true, memoryMiB: 64 } as const;
    return newDriver().plan({ boot, disks: [...disks], ...rest });
  };

  return {
    newDriver,
    library,
    runDirectory: join(library, 'run'),

    async newConfig(name, stateMode) {
      return {
        formatVersion: 1,
        id: randomUUID(),
        name,
        createdAt: new Date().toISOString(),
        driver: 'vz',
        hardware: await planned(),
        policy: { ...defaultPolicy, stateMode },
      };
    },

    async fill(staged) {
      await mkdir(staged.files.disks, { mode: 0o700 });
      await newDriver().createDisk(join(staged.path, 'disks/vda.raw'), 'raw', 1024 * 1024);
      await newDriver().prepare(staged, await planned());
    },

    nonce: async (machine) => mustBeLive(machine).guest.nonce,
    counter: async (machine) => mustBeLive(machine).guest.counter(),

    async counterAbove(machine, count) {
      const { guest } = mustBeLive(machine);
      if (!guest.running) throw new Error('a guest that stands never counts');
      while (guest.counter() <= count) pass();
    },

    letTimePass: async () => pass(),
    isAlive: async (machine) => liveOf(machine) !== undefined,

    async kill(machine) {
      liveOf(machine)?.kill();
      // The death is told on the machine’s queue; whoever asks next must find it told.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    },

    async breakRestore() {
      mac.failNext('restore', vzFailure(1, 'Broken for a test.'));
      return async () => {};
    },

    async cleanup() {
      for (const guest of guestsOf(native).values()) await guest.end();
      await rm(library, { recursive: true, force: true });
    },
  };
}
