import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { defaultPolicy, type MachineConfig, type Policy } from '../../src/core/config.ts';
import type { Bundle } from '../../src/core/library/bundle.ts';
import { createBundle } from '../../src/core/library/library.ts';
import { Machine, type MachineContext } from '../../src/core/machine.ts';
import { createMemoryDriver, type MemoryDriverOptions } from '../../src/drivers/memory/driver.ts';
import type { MemoryGuest } from '../../src/drivers/memory/guest.ts';
import {
  createMemoryHypervisor,
  type MemoryHypervisor,
} from '../../src/drivers/memory/hypervisor.ts';
import { createHost } from '../../src/storage/host.ts';
import { fakeKeys } from './fake-keys.ts';
import { sampleConfig } from './samples.ts';

/** A library with machines of the in-memory driver, and the host that their guests live on. */
export interface MemoryWorld {
  readonly library: string;
  readonly hypervisor: MemoryHypervisor;
  /** Where its machines' states have their key. */
  readonly keys: ReturnType<typeof fakeKeys>;
  /** What machines reported where no caller waited. */
  readonly errors: unknown[];
  /** Lets time pass for the guests, in milliseconds. */
  pass(milliseconds: number): void;
  /** A machine that is stopped, with one disk in its bundle. */
  create(policy?: Partial<Policy>, driver?: MemoryDriverOptions): Promise<Machine>;
  /** The machine of `bundle` as an agent that begins now opens it. */
  open(bundle: Bundle, driver?: MemoryDriverOptions): Promise<Machine>;
  /** Every agent dies; another opens the machine. */
  crash(machine: Machine): Promise<Machine>;
  guestOf(machine: Machine): MemoryGuest;
}

/** A world for the test that runs now; its files are gone when that has finished. */
export async function memoryWorld(): Promise<MemoryWorld> {
  const { dispose, ...world } = await disposableMemoryWorld();
  onTestFinished(dispose);
  return world;
}

/** For the runs of a property, of which one test makes many. */
export async function disposableMemoryWorld(): Promise<
  MemoryWorld & { readonly dispose: () => Promise<void> }
> {
  const library = await mkdtemp(join(tmpdir(), 'torpor-test-'));
  let now = 0;
  const hypervisor = createMemoryHypervisor({ now: () => now });
  const errors: unknown[] = [];
  const keys = fakeKeys();
  const cold = { host: createHost(), keys };

  const contextOf = (options: MemoryDriverOptions): MachineContext => ({
    driver: createMemoryDriver({ hypervisor, ...options }),
    identity: { id: 'host', userId: 1000 },
    torporVersion: '0.0.0',
    runDirectory: join(library, 'run'),
    cold,
    onError: (error) => errors.push(error),
  });
  const open = (bundle: Bundle, options: MemoryDriverOptions = {}): Promise<Machine> =>
    Machine.open(bundle, contextOf(options));

  return {
    library,
    hypervisor,
    keys,
    errors,
    open,
    pass(milliseconds) {
      now += milliseconds;
    },

    async create(policy, options) {
      const config = memoryConfig(policy);
      const bundle = await createBundle(library, config, async ({ files, path }) => {
        await mkdir(files.disks, { mode: 0o700 });
        await createMemoryDriver().createDisk(join(path, 'disks/vda.raw'), 'raw', 64 * 1024);
        return config;
      });
      return open(bundle, options);
    },

    crash({ bundle }) {
      hypervisor.dropAgents();
      return open(bundle);
    },

    guestOf: ({ config }) => hypervisor.guestOf(config.id),
    dispose: () => rm(library, { recursive: true, force: true }),
  };
}

function memoryConfig(policy: Partial<Policy> = {}): MachineConfig {
  const { hardware } = sampleConfig();
  return sampleConfig({
    hardware: { ...hardware, boot: { kind: 'bios' }, iso: null },
    policy: { ...defaultPolicy, ...policy },
  });
}
