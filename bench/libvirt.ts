import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { guestConsoleAt } from '../guest/console.ts';
import { guestImage } from '../test/support/guest-image.ts';
import { cpuModel, machineType, program } from './plain-guest.ts';
import type { Technique } from './technique.ts';

const run = promisify(execFile);

/** Nobody's: the session daemon of libvirt does not run as root. */
const userId = 65534;

/** The real thing: `virsh managedsave` and `virsh start`, with a session daemon of the bench's own. */
export const libvirt: Technique = {
  name: 'libvirt, managedsave',
  async missing() {
    for (const path of ['/usr/sbin/libvirtd', '/usr/bin/virsh', '/usr/bin/setpriv']) {
      if (!(await exists(path))) return `${path} is not installed`;
    }
    return process.getuid?.() === 0 ? undefined : 'its daemon runs as another user: be root';
  },
  async boot(memoryMiB) {
    const folder = await mkdtemp(join(tmpdir(), 'torpor-virsh-'));
    const daemon = await startDaemon(folder);
    const virsh = (...args: string[]) =>
      asUser(folder, ['virsh', '--quiet', '--connect', 'qemu:///session', ...args]);
    const saved = join(folder, 'config/libvirt/qemu/save/guest.save');
    let console = guestConsoleAt(join(folder, 'none'));
    const start = async (): Promise<void> => {
      await virsh('start', 'guest');
      console = guestConsoleAt(serial(folder));
    };
    try {
      await writeFile(join(folder, 'guest.xml'), domain(folder, memoryMiB));
      await virsh('define', join(folder, 'guest.xml'));
      await start();
    } catch (error) {
      await endDaemon(daemon, folder);
      throw error;
    }
    return {
      console: () => console,
      async suspend() {
        await virsh('managedsave', 'guest');
        return performance.now();
      },
      resume: start,
      stateBytes: async () => (await stat(saved)).blocks * 512,
      async dispose() {
        // It is gone already after a suspension.
        await virsh('destroy', 'guest').catch(() => {});
        await endDaemon(daemon, folder);
      },
    };
  },
};

async function startDaemon(folder: string): Promise<ChildProcess> {
  const { kernel, initrd } = guestImage();
  const owned = ['home', 'run', 'config', 'config/libvirt', 'cache'];
  for (const name of owned) await mkdir(join(folder, name), { mode: 0o700 });
  // Without it the daemon asks for another daemon, for QEMU's output.
  await writeFile(join(folder, 'config/libvirt/qemu.conf'), 'stdio_handler = "file"\n');
  await copyFile(kernel, join(folder, 'kernel'));
  await copyFile(initrd, join(folder, 'initrd'));
  for (const name of ['.', ...owned, 'config/libvirt/qemu.conf', 'kernel', 'initrd'])
    await chown(join(folder, name), userId, userId);
  const [setpriv = '', ...args] = command(['/usr/sbin/libvirtd']);
  const daemon = spawn(setpriv, args, { env: environment(folder), stdio: 'ignore' });
  await listening(join(folder, 'run/libvirt/libvirt-sock'), daemon);
  return daemon;
}

async function endDaemon(daemon: ChildProcess, folder: string): Promise<void> {
  const ended = once(daemon, 'exit');
  daemon.kill();
  await ended;
  await rm(folder, { recursive: true, force: true });
}

/** Nothing tells when the daemon listens, so this asks until it answers. */
async function listening(path: string, daemon: ChildProcess): Promise<void> {
  while (daemon.exitCode === null && daemon.signalCode === null) {
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
  throw new Error('libvirtd ended at once.');
}

async function asUser(folder: string, args: readonly string[]): Promise<void> {
  const [setpriv = '', ...rest] = command(args);
  await run(setpriv, rest, { env: environment(folder) });
}

function command(args: readonly string[]): string[] {
  return ['setpriv', `--reuid=${userId}`, `--regid=${userId}`, '--clear-groups', ...args];
}

function environment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: join(folder, 'home'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}

function serial(folder: string): string {
  return join(folder, 'serial.sock');
}

function domain(folder: string, memoryMiB: number): string {
  return `<domain type='qemu'>
  <name>guest</name>
  <memory unit='MiB'>${memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='${machineType}'>hvm</type>
    <kernel>${folder}/kernel</kernel>
    <initrd>${folder}/initrd</initrd>
    <cmdline>${guestImage().commandLine}</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact' check='none'><model>${cpuModel.split('-')[0]}</model></cpu>
  <devices>
    <emulator>/usr/bin/${program}</emulator>
    <serial type='unix'><source mode='bind' path='${serial(folder)}'/></serial>
    <memballoon model='virtio'/>
  </devices>
</domain>
`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
