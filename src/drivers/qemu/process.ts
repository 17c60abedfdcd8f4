import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { TorporError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { holdsPidFile } from './process-record.ts';

/** A QEMU process, ours or an earlier agent's. It outlives this process unless it is ended. */
export interface QemuProcess {
  readonly pid: number;
  /** Resolves when the process is gone and so are its locks and mappings. */
  exited(): Promise<void>;
  kill(): void;
}

export interface LaunchInput {
  readonly program: string;
  readonly args: readonly string[];
  readonly readySocket: string;
  /** Receives what QEMU prints; begun anew at each launch. */
  readonly logPath: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts QEMU as a process of its own, detached from this one, and resolves when all its sockets
 * listen. Throws HYPERVISOR_FAILED with what QEMU printed when it ends before that, CANCELLED by the
 * signal. On failure no process is left.
 */
export async function launch(input: LaunchInput): Promise<QemuProcess> {
  // Appending, so that whoever empties the file while QEMU writes leaves no hole in it.
  const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW } = constants;
  const flags = O_APPEND | O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW;
  const log = await open(input.logPath, flags, 0o600);
  const ready = await listenOnce(input.readySocket);
  try {
    const child = spawn(input.program, input.args, {
      detached: true,
      env: { ...process.env, GLIBC_TUNABLES: tunables(process.env.GLIBC_TUNABLES) },
      stdio: ['ignore', log.fd, log.fd],
      cwd: '/',
    });
    const exit = Promise.withResolvers<string>();
    child.once('error', (error) => exit.resolve(error.message));
    child.once('exit', (code, signal) => exit.resolve(signal ?? `status ${code}`));
    child.unref();
    const cancelled = rejectOnAbort(input.signal);
    try {
      const first = await Promise.race([ready.connected, exit.promise, cancelled.promise]);
      if (first !== undefined) throw await endedEarly(input.logPath, first);
    } catch (error) {
      child.kill('SIGKILL');
      await exit.promise;
      throw error;
    } finally {
      cancelled.stop();
    }
    return processOf(child, exit.promise);
  } finally {
    ready.close();
    await rm(input.readySocket, { force: true });
    await log.close();
  }
}

/** The QEMU of an earlier agent, which is not our child: its pid file's lock tells when it is gone. */
export function adoptProcess(pid: number, pidFile: string, host: Host): QemuProcess {
  return {
    pid,
    exited: () => untilReleased(host, pidFile),
    kill: () => {
      // The pid is this QEMU's only while the lock on its pid file is held.
      if (holdsPidFile(host, pidFile)) process.kill(pid, 'SIGKILL');
    },
  };
}

/** What QEMU printed last, for an error's message; empty when it printed nothing. */
export async function lastWords(logPath: string): Promise<string> {
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW;
  const text = (await readFile(logPath, { encoding: 'utf8', flag })).trim();
  return text
    .split('\n')
    .slice(-3)
    .map((line) => line.replace(/^\S*qemu-system-\S+: /, ''))
    .join(' ');
}

/**
 * Large pages for what QEMU allocates: half of the time that it takes to start goes into page faults,
 * and with them it takes a quarter less. From glibc 2.35 on; others ignore it.
 * https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html
 */
function tunables(given: string | undefined): string {
  const hugePages = 'glibc.malloc.hugetlb=1';
  return given === undefined || given === '' ? hugePages : `${hugePages}:${given}`;
}

function processOf(child: ChildProcess, exit: Promise<string>): QemuProcess {
  const { pid } = child;
  if (pid === undefined) throw new TorporError('INTERNAL', 'a running child without a pid');
  return {
    pid,
    async exited() {
      // Whoever waits for its end must live to see it.
      child.ref();
      await exit;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

async function endedEarly(logPath: string, exit: string): Promise<TorporError> {
  const words = await lastWords(logPath);
  return new TorporError(
    'HYPERVISOR_FAILED',
    `QEMU ended at once (${exit}): ${words || 'no reason given'}`,
    {
      details: { logPath, output: words },
    },
  );
}

/** A socket that waits for one connection, whose bytes nobody reads. */
async function listenOnce(path: string) {
  await rm(path, { force: true });
  const { promise: connected, resolve } = Promise.withResolvers<undefined>();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.destroy();
    resolve(undefined);
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(path, listening.resolve);
  await listening.promise;
  return { connected, close: () => void server.close() };
}

function rejectOnAbort(signal: AbortSignal | undefined) {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new TorporError('CANCELLED', 'Starting was cancelled.'));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  promise.catch(() => {});
  return { promise, stop: () => signal?.removeEventListener('abort', onAbort) };
}

/** The kernel tells nobody that a stranger's lock ended, so this asks, ever more seldom. */
export async function untilReleased(host: Host, pidFile: string): Promise<void> {
  for (let wait = 1; holdsPidFile(host, pidFile); wait = Math.min(wait * 2, 50)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
