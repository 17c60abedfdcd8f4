import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GuestConsole, guestConsoleAt } from '../guest/console.ts';
import { commandLine } from '../src/drivers/qemu/command-line.ts';
import { launch, type QemuProcess } from '../src/drivers/qemu/process.ts';
import { connectQmp, type QmpClient } from '../src/drivers/qemu/qmp/client.ts';
import { runFiles } from '../src/drivers/qemu/run-files.ts';
import { guestImage } from '../test/support/guest-image.ts';
import type { Technique } from './technique.ts';

const program = 'qemu-system-x86_64';

/** QEMU's own migration through `exec:` into a file, which is what libvirt's managed save does. */
export const qemuExec: Technique = {
  name: 'QEMU exec: to a file',
  async boot(memoryMiB) {
    const folder = await mkdtemp(join(tmpdir(), 'torpor-bench-'));
    const file = join(folder, 'state');
    let running = await start(folder, memoryMiB, false);
    await running.qmp.execute('cont');
    return {
      console: () => running.console,
      async suspend() {
        const { qmp, process } = running;
        await setUp(qmp);
        await qmp.execute('stop');
        const done = qmp.waitFor('MIGRATION', ({ status }) => status === 'completed');
        await qmp.execute('migrate', { uri: `exec:cat > ${file}` });
        await done;
        await flush(file);
        await qmp.execute('quit').catch(() => {}); // It ends before it answers, now and then.
        await process.exited();
      },
      async resume() {
        running = await start(folder, memoryMiB, true);
        const { qmp } = running;
        await setUp(qmp);
        const done = qmp.waitFor('MIGRATION', ({ status }) => status === 'completed');
        await qmp.execute('migrate-incoming', { uri: `exec:cat ${file}` });
        await done;
        await qmp.execute('cont');
      },
      stateBytes: async () => (await stat(file)).blocks * 512,
      async dispose() {
        running.process.kill();
        await running.process.exited();
        await rm(folder, { recursive: true });
      },
    };
  },
};

interface Running {
  readonly process: QemuProcess;
  readonly qmp: QmpClient;
  readonly console: GuestConsole;
}

async function start(folder: string, memoryMiB: number, incoming: boolean): Promise<Running> {
  const { kernel, initrd, commandLine: append } = guestImage();
  const { sockets, pidFile } = runFiles(folder);
  const process = await launch({
    program,
    readySocket: sockets.ready,
    logPath: join(folder, 'qemu.log'),
    args: commandLine({
      id: '00000000-0000-4000-8000-000000000000',
      hardware: {
        architecture: 'x86_64',
        machineType: 'pc-q35-7.2',
        cpuModel: 'Westmere-v1',
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
    }),
  });
  const qmp = await connectQmp(sockets.qmp);
  return { process, qmp, console: guestConsoleAt(sockets.serial) };
}

async function setUp(qmp: QmpClient): Promise<void> {
  await qmp.execute('migrate-set-capabilities', {
    capabilities: [{ capability: 'events', state: true }],
  });
  await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 60 });
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}
