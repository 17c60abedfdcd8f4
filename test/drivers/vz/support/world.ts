import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type Boot,
  defaultPolicy,
  type Hardware,
  type MachineConfig,
} from '../../../../src/core/config.ts';
import type { HardwareWish } from '../../../../src/core/driver.ts';
import type { Bundle } from '../../../../src/core/library/bundle.ts';
import { createBundle } from '../../../../src/core/library/library.ts';
import { Machine } from '../../../../src/core/machine.ts';
import { createVzDriver } from '../../../../src/drivers/vz/driver.ts';
import { guestsOf } from '../../../../src/drivers/vz/guest.ts';
import type { HostFacts } from '../../../../src/drivers/vz/native-interface.ts';
import type { WindowWords } from '../../../../src/drivers/vz/window.ts';
import { createHost } from '../../../../src/storage/host.ts';
import { writeImage } from '../stand-in/images.ts';
import { createMac, type LiveMachine, type Mac, type MacOptions } from '../stand-in/mac.ts';
import { createStandIn } from '../stand-in/native.ts';

export interface MachineWish {
  readonly boot?: Boot;
  readonly display?: Hardware['display'];
  readonly vz?: Partial<NonNullable<Hardware['vz']>>;
  readonly policy?: Partial<MachineConfig['policy']>;
}

const mainDisk = { id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false } as const;

/** A stand-in Mac, a driver on it and a folder for machines; taken down when the test has finished. */
export async function createVzWorld(
  options: MacOptions & { readonly words?: () => WindowWords } = {},
) {
  const library = await mkdtemp(join(tmpdir(), 'torpor-vz-'));
  const mac = createMac(options);
  const native = createStandIn(mac);
  onTestFinished(async () => {
    for (const guest of guestsOf(native).values()) await guest.end();
    await rm(library, { recursive: true, force: true });
  });
  const host = createHost();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const { words } = options;
  const driver = createVzDriver({
    ...{ host, native: () => native, onError },
    ...(words === undefined ? {} : { words }),
  });
  const image = join(library, 'macOS.ipsw');
  await writeImage(image);

  const context = () => ({
    driver,
    identity: { id: mac.id, userId: mac.userId },
    torporVersion: '0.0.0',
    runDirectory: join(library, 'run'),
    onError,
  });

  async function configOf(wish: MachineWish = {}): Promise<MachineConfig> {
    const { boot = { kind: 'uefi' }, display = 'none' } = wish;
    const hardware = await driver.plan({
      ...({ boot, display, iso: null, network: true, disks: [mainDisk] } satisfies HardwareWish),
      memoryMiB: boot.kind === 'macos' ? undefined : 64,
      restoreImage: boot.kind === 'macos' ? image : undefined,
    });
    return {
      formatVersion: 1,
      id: randomUUID(),
      name: 'Guest',
      createdAt: new Date().toISOString(),
      driver: 'vz',
      hardware: { ...hardware, ...(hardware.vz ? { vz: { ...hardware.vz, ...wish.vz } } : {}) },
      policy: { ...defaultPolicy, ...wish.policy },
    };
  }

  async function fill(staged: Bundle, { hardware }: MachineConfig): Promise<void> {
    await mkdir(staged.files.disks, { mode: 0o700 });
    await driver.createDisk(join(staged.path, mainDisk.path), 'raw', 1024 * 1024);
    await driver.prepare(staged, hardware);
  }

  async function create(wish: MachineWish = {}): Promise<Machine> {
    const config = await configOf(wish);
    const bundle = await createBundle(library, config, async (staged) => {
      await fill(staged, config);
      return config;
    });
    return Machine.open(bundle, context());
  }

  return {
    ...{ library, mac, native, driver, host, errors, image, context, configOf, create },
    async boot(wish?: MachineWish): Promise<Machine> {
      const machine = await create(wish);
      await machine.start();
      return machine;
    },
    reopen: (machine: Machine) => Machine.open(machine.bundle, context()),
    liveOf: (machine: Machine): LiveMachine => liveOf(mac, machine),
    change(facts: Partial<HostFacts>): void {
      mac.facts = { ...mac.facts, ...facts };
    },
  };
}

export function liveOf(mac: Mac, { config }: Machine): LiveMachine {
  const live = mac.live.get(config.hardware.vz?.guest.machineIdentifier ?? '');
  if (live === undefined) throw new Error('the guest is not there');
  return live;
}
