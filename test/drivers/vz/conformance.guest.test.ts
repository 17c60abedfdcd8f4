import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/core/config.ts';
import type { Session } from '../../../src/core/driver.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { loadVz } from '../../../src/drivers/vz/addon.ts';
import { createVzDriver } from '../../../src/drivers/vz/driver.ts';
import { guestsOf } from '../../../src/drivers/vz/guest.ts';
import type { VzNative } from '../../../src/drivers/vz/native-interface.ts';
import { createHost } from '../../../src/storage/host.ts';
import { guestImage } from '../../support/guest-image.ts';
import { describeConformance, type Harness } from '../conformance.ts';

const run = promisify(execFile);

/** The suite that every driver passes, with a real Linux guest. script/test-mac runs this on a Mac. */
const isWanted =
  process.platform === 'darwin' &&
  process.env.TORPOR_VZ !== undefined &&
  process.env.TORPOR_GUEST_KERNEL !== undefined;

if (isWanted) {
  describeConformance(
    'Apple’s framework',
    {
      modes: ['streamed'],
      // Its guest has an ACPI button, which a kernel that is booted directly is not told of.
      stopsByRequest: false,
      echoes: false,
      boot: { kind: 'uefi' },
      formats: ['raw'],
    },
    setup,
  );
} else {
  describe.skip('Apple’s framework', () => {
    test('passes the suite of every driver', () => expect(isWanted).toBe(true));
  });
}

async function setup(): Promise<Harness> {
  const library = await mkdtemp(join(await realpath(tmpdir()), 'torpor-vz-'));
  const image = guestImage();
  const host = createHost();
  const native = loaded();
  const newDriver = () => createVzDriver({ host, native: () => native, onError: () => {} });
  const watched = new WeakMap<Session, ReturnType<typeof watchTicks>>();
  const ticksOf = ({ session }: Machine) => {
    if (session === undefined) throw new Error('nothing runs');
    const ticks = watched.get(session) ?? watchTicks(session);
    watched.set(session, ticks);
    return ticks;
  };
  const planned = () =>
    newDriver().plan({
      boot: {
        kind: 'kernel',
        kernel: 'boot/vmlinuz',
        initrd: 'boot/initrd.img',
        commandLine: image.commandLine,
      },
      disks: [{ id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false }],
      iso: null,
      display: 'none',
      network: true,
      cpus: 1,
      memoryMiB: 256,
    });

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

    async fill({ path, files }) {
      await mkdir(files.boot, { mode: 0o700 });
      await copyFile(image.kernel, join(path, 'boot/vmlinuz'));
      await copyFile(image.initrd, join(path, 'boot/initrd.img'));
      await newDriver().createDisk(join(path, 'disks/vda.raw'), 'raw', 16 * 1024 * 1024);
    },

    nonce: async (machine) => (await ticksOf(machine).after(-1)).nonce,
    counter: async (machine) => (await ticksOf(machine).after(-1)).count,
    counterAbove: async (machine, count) => {
      await ticksOf(machine).after(count);
    },
    letTimePass: () => setTimeout(500),
    isAlive: async ({ config }) => guestsOf(native).has(config.id),

    // The process of the machine, which has its disk open, and is not this one.
    async kill({ bundle, config }) {
      if (!guestsOf(native).has(config.id)) return;
      const { stdout } = await run('lsof', ['-t', join(bundle.path, 'disks/vda.raw')]);
      for (const pid of stdout.split('\n').map(Number)) {
        if (pid > 0 && pid !== process.pid) process.kill(pid, 'SIGKILL');
      }
      while (guestsOf(native).has(config.id)) await setImmediate();
    },

    async breakRestore({ bundle }) {
      const kernel = join(bundle.path, 'boot/vmlinuz');
      await rename(kernel, `${kernel}.away`);
      return () => rename(`${kernel}.away`, kernel);
    },

    async cleanup() {
      for (const guest of guestsOf(native).values()) await guest.end();
      await rm(library, { recursive: true, force: true });
    },
  };
}

function loaded(): VzNative {
  const native = loadVz();
  if ('code' in native) throw new Error(native.message);
  return native;
}

/** Reads the guest's ticks; keeps the last complete one. */
function watchTicks(session: Session) {
  if (!session.console.available) throw new Error(session.console.reason.message);
  let rest = '';
  let last: { readonly count: number; readonly nonce: string } | undefined;
  let changed = Promise.withResolvers<void>();
  session.console.use.onData((bytes) => {
    const lines = (rest + Buffer.from(bytes).toString('latin1')).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, count, nonce] = /^TICK (\d+) (\w{32})$/.exec(line) ?? [];
      if (nonce !== undefined) last = { count: Number(count), nonce };
    }
    changed.resolve();
    changed = Promise.withResolvers();
  });
  return {
    async after(count: number) {
      while (last === undefined || last.count <= count) await changed.promise;
      return last;
    },
  };
}
