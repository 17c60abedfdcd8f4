import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultPolicy, type MachineConfig, type Policy } from '../../src/core/config.ts';
import type { Driver, Session } from '../../src/core/driver.ts';
import type { Host } from '../../src/core/host.ts';
import type { Bundle } from '../../src/core/library/bundle.ts';
import { createBundle } from '../../src/core/library/library.ts';
import { Machine } from '../../src/core/machine.ts';
import { createQemuDriver } from '../../src/drivers/qemu/driver.ts';
import { createHost } from '../../src/storage/host.ts';
import { fakeKeys } from './fake-keys.ts';
import { type GuestConsole, readConsole } from './guest-console.ts';
import { guestImage } from './guest-image.ts';

/** A library with one machine of a real QEMU guest, in folders of its own. */
export interface RealMachine {
  readonly machine: Machine;
  readonly bundle: Bundle;
  readonly driver: Driver;
  /** Where its encrypted states have their key. */
  readonly keys: ReturnType<typeof fakeKeys>;
  /** The console of the guest that runs now; made anew for each session. */
  console(): GuestConsole;
  /** Another Machine on the same bundle, as the next agent makes it after this one has let go or died. */
  reopen(driver?: Driver): Promise<Machine>;
  /** QEMU's process id; throws when none runs. */
  qemuPid(): Promise<number>;
  /** Ends whatever runs and removes every file. */
  dispose(): Promise<void>;
}

export interface RealMachineOptions {
  /** Where the library is made; a new temporary folder by default. */
  readonly folder?: string;
  readonly host?: Host;
  readonly memoryMiB?: number;
  /** A disk in the bundle, or outside it in the folder with this path. */
  readonly disk?: boolean | string;
  readonly display?: 'none' | 'vnc';
  readonly policy?: Partial<Policy>;
  readonly qemuPath?: string;
  /** For what goes wrong where no caller waits; by default `dispose` throws it. */
  readonly onError?: (error: unknown) => void;
}

const identity = { id: 'test-host', userId: process.getuid?.() ?? 0 };

/** Makes the machine, stopped. Always dispose of it, also when the test fails. */
export async function realMachine(options: RealMachineOptions = {}): Promise<RealMachine> {
  const temporary = await mkdtemp(join(tmpdir(), 'torpor-guest-'));
  const library = join(options.folder ?? temporary, 'library');
  await mkdir(join(library, '.torpor', 'staging'), { recursive: true });
  const host = options.host ?? createHost();
  const errors: unknown[] = [];
  const keys = fakeKeys();
  const driver = createQemuDriver({
    host,
    settings: {
      configuredPath: options.qemuPath,
      cacheDirectory: join(tmpdir(), 'torpor-test-cache'),
    },
    onError: options.onError ?? ((error) => errors.push(error)),
  });
  const bundle = await makeBundle(library, driver, options);
  const context = {
    driver,
    identity,
    torporVersion: 'test',
    cold: { host, keys },
    runDirectory: join(temporary, 'run'),
    onError: options.onError ?? ((error: unknown) => errors.push(error)),
  };
  const opened: Machine[] = [await Machine.open(bundle, context)];
  const consoles = new WeakMap<Session, GuestConsole>();
  const current = (): Machine => mustBe(opened.at(-1));

  return {
    get machine() {
      return current();
    },
    bundle,
    driver,
    keys,
    console() {
      const session = mustBe(current().session);
      const known = consoles.get(session) ?? readConsole(session);
      consoles.set(session, known);
      return known;
    },
    async reopen(other = driver) {
      const machine = await Machine.open(bundle, { ...context, driver: other });
      opened.push(machine);
      return machine;
    },
    async qemuPid() {
      const { pid } = JSON.parse(await readFile(bundle.files.process, 'utf8'));
      return pid;
    },
    async dispose() {
      await end(current());
      await rm(library, { recursive: true, force: true });
      await rm(temporary, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, 'errors that no caller waited for');
    },
  };
}

async function end(machine: Machine): Promise<void> {
  await machine.settled();
  if (machine.session !== undefined) await machine.session.end();
  await machine.settled();
}

async function makeBundle(
  library: string,
  driver: Driver,
  { memoryMiB = 256, disk = false, display = 'none', policy = {} }: RealMachineOptions,
): Promise<Bundle> {
  const image = guestImage();
  const diskPath = join(typeof disk === 'string' ? disk : 'disks', 'vda.qcow2');
  const hardware = await driver.plan({
    boot: {
      kind: 'kernel',
      kernel: 'boot/vmlinuz',
      initrd: 'boot/initrd.img',
      commandLine: image.commandLine,
    },
    disks: disk !== false ? [{ id: 'vda', path: diskPath, format: 'qcow2', readOnly: false }] : [],
    iso: null,
    display,
    network: false,
    cpus: 1,
    memoryMiB,
  });
  const config: MachineConfig = {
    formatVersion: 1,
    id: randomUUID(),
    name: 'Guest',
    createdAt: new Date().toISOString(),
    driver: 'qemu',
    hardware,
    policy: { ...defaultPolicy, ...policy },
  };
  return createBundle(library, config, async (staged) => {
    await mkdir(staged.files.boot);
    await copyFile(image.kernel, join(staged.files.boot, 'vmlinuz'));
    await copyFile(image.initrd, join(staged.files.boot, 'initrd.img'));
    await mkdir(staged.files.disks);
    if (disk === false) return config;
    await driver.createDisk(resolve(staged.path, diskPath), 'qcow2', 256 * 1024 * 1024);
    return config;
  });
}

function mustBe<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing runs');
  return value;
}
