import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPolicy } from '../../../src/core/config.ts';
import type { Session } from '../../../src/core/driver.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { createQemuDriver } from '../../../src/drivers/qemu/driver.ts';
import { holdsPidFile, readProcessRecord } from '../../../src/drivers/qemu/process-record.ts';
import { createHost } from '../../../src/storage/host.ts';
import { bootDisk, parseTick } from '../../support/boot-sector.ts';
import { describeConformance, type Harness } from '../conformance.ts';

// The boot sector boots in a tenth of a second and counts; it neither listens nor has an ACPI driver.
describeConformance(
  'QEMU',
  { modes: ['instant', 'streamed'], stopsByRequest: false, echoes: false },
  setup,
);

interface Tick {
  readonly counter: number;
  readonly nonce: string;
}

async function setup(): Promise<Harness> {
  const library = await mkdtemp(join(tmpdir(), 'torpor-qemu-'));
  const host = createHost();
  const settings = { cacheDirectory: join(tmpdir(), 'torpor-test-cache') };
  const newDriver = () => createQemuDriver({ host, settings, onError: () => {} });
  const watched = new WeakMap<Session, ReturnType<typeof watchTicks>>();
  const machines = new Set<Machine>();

  const ticksOf = (machine: Machine) => {
    machines.add(machine);
    const { session } = machine;
    if (session === undefined) throw new Error('nothing runs');
    const ticks = watched.get(session) ?? watchTicks(session);
    watched.set(session, ticks);
    return ticks;
  };
  const qemuOf = ({ bundle }: Machine) => readProcessRecord(bundle.files.process);

  async function kill(machine: Machine): Promise<void> {
    const record = await qemuOf(machine);
    if (record === undefined || !holdsPidFile(host, record.pidFile)) return;
    process.kill(record.pid, 'SIGKILL');
    while (holdsPidFile(host, record.pidFile)) await nextTurn();
  }

  return {
    newDriver,
    library,
    runDirectory: join(library, 'run'),

    async newConfig(name, stateMode) {
      const disks = [{ id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false }] as const;
      const hardware = await newDriver().plan({
        boot: { kind: 'bios' },
        disks: [...disks],
        iso: null,
        display: 'none',
        network: true,
        cpus: 1,
        memoryMiB: 32,
      });
      return {
        formatVersion: 1,
        id: randomUUID(),
        name,
        createdAt: new Date().toISOString(),
        driver: 'qemu',
        hardware,
        policy: { ...defaultPolicy, stateMode },
      };
    },

    async fill({ files, path }) {
      await mkdir(files.disks, { mode: 0o700 });
      await writeFile(join(path, 'disks/vda.raw'), bootDisk());
    },

    nonce: async (machine) => (await ticksOf(machine).after(-1)).nonce,
    counter: async (machine) => (await ticksOf(machine).after(-1)).counter,
    counterAbove: async (machine, count) => {
      await ticksOf(machine).after(count);
    },
    letTimePass: () => new Promise((resolve) => setTimeout(resolve, 200)),

    async isAlive(machine) {
      const record = await qemuOf(machine);
      return record !== undefined && holdsPidFile(host, record.pidFile);
    },
    kill,

    async breakRestore({ bundle }) {
      const text = await readFile(bundle.files.config, 'utf8');
      // A directory where QEMU would make its pid file.
      const broken = join(library, 'run', JSON.parse(text).id.slice(0, 8), 'qemu.pid');
      await mkdir(join(broken, 'in-the-way'), { recursive: true });
      return () => rm(broken, { recursive: true });
    },

    async cleanup() {
      for (const machine of machines) await kill(machine);
      await rm(library, { recursive: true, force: true });
    },
  };
}

/** Reads the guest's ticks; keeps the last complete one. */
function watchTicks(session: Session) {
  if (!session.console.available) throw new Error(session.console.reason.message);
  let rest = '';
  let last: Tick | undefined;
  let wake = (): void => {};
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  session.console.use.onData((bytes) => {
    const lines = (rest + Buffer.from(bytes).toString('latin1')).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) last = parseTick(line) ?? last;
    wake();
    changed = new Promise((resolve) => {
      wake = resolve;
    });
  });
  return {
    async after(count: number): Promise<Tick> {
      while (last === undefined || last.counter <= count) await changed;
      return last;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
