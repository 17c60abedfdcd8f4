import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GuestConsole, guestConsoleAt } from '../guest/console.ts';
import { commandLine } from '../src/drivers/qemu/command-line.ts';
import { launch, type QemuProcess } from '../src/drivers/qemu/process.ts';
import { connectQmp, type QmpClient } from '../src/drivers/qemu/qmp/client.ts';
import { runFiles } from '../src/drivers/qemu/run-files.ts';
import { guestImage } from '../test/support/guest-image.ts';
import type { Subject, Technique } from './technique.ts';

export const program = 'qemu-system-x86_64';
export const machineType = 'pc-q35-7.2';
export const cpuModel = 'Westmere-v1';

export interface Running {
  readonly folder: string;
  readonly process: QemuProcess;
  readonly qmp: QmpClient;
  readonly console: GuestConsole;
}

/** How a plain QEMU's state is written and read; everything else is the same for all of them. */
export interface PlainTechnique {
  readonly name: string;
  /** More arguments; `folder` is the guest's own. */
  readonly arguments: (folder: string) => readonly string[];
  /** Whether QEMU waits for a state when it is started to load one. */
  readonly incoming: boolean;
  /** What a guest needs in its folder before it is started for the first time. */
  readonly prepare: (folder: string) => Promise<void>;
  /** Saves the running guest; resolves when its state is on the medium. */
  readonly save: (running: Running) => Promise<void>;
  /** Loads it into a QEMU that was just started; the guest stands. */
  readonly load: (running: Running) => Promise<void>;
  readonly stateBytes: (folder: string) => Promise<number>;
}

/** A technique that uses QEMU as it is, without Torpor. */
export function plain(technique: PlainTechnique): Technique {
  const { name, prepare, save, load, stateBytes } = technique;
  return {
    name,
    missing: async () => undefined,
    async boot(memoryMiB): Promise<Subject> {
      const folder = await mkdtemp(join(tmpdir(), 'torpor-bench-'));
      await prepare(folder);
      const start = (incoming: boolean) => startQemu(technique, folder, memoryMiB, incoming);
      let running = await start(false);
      await running.qmp.execute('cont');
      return {
        console: () => running.console,
        async suspend() {
          await save(running);
          const safeAt = performance.now();
          // QEMU ends before it answers, now and then.
          await running.qmp.execute('quit').catch(() => {});
          await running.process.exited();
          return safeAt;
        },
        async resume() {
          running = await start(technique.incoming);
          await load(running);
          await running.qmp.execute('cont');
        },
        stateBytes: () => stateBytes(folder),
        async dispose() {
          running.process.kill();
          await running.process.exited();
          await rm(folder, { recursive: true });
        },
      };
    },
  };
}

async function startQemu(
  technique: PlainTechnique,
  folder: string,
  memoryMiB: number,
  incoming: boolean,
): Promise<Running> {
  const { kernel, initrd, commandLine: append } = guestImage();
  const { sockets, pidFile } = runFiles(folder);
  const args = commandLine({
    id: '00000000-0000-4000-8000-000000000000',
    hardware: {
      architecture: 'x86_64',
      machineType,
      cpuModel,
      cpus: 1,
      memoryMiB,
      boot: { kind: 'kernel', kernel: 'kernel', initrd: 'initrd', commandLine: append },
      disks: [],
      iso: null,
      network: null,
      display: 'none',
    },
    accelerator: 'tcg',
    memory: { kind: 'anonymous' },
    diskPaths: [],
    kernel: { kernel, initrd },
    sockets,
    pidFile,
    sandbox: false,
    incoming,
  });
  const process = await launch({
    program,
    readySocket: sockets.ready,
    logPath: join(folder, 'qemu.log'),
    args: [...technique.arguments(folder), ...args],
  });
  const qmp = await connectQmp(sockets.qmp);
  return { folder, process, qmp, console: guestConsoleAt(sockets.serial) };
}
