/**
 * QEMU without Torpor, for the tests of the guests themselves: a child process, its serial port as lines,
 * and sockets to its other channels.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Duplex, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

/** Lines of a stream that is waited on by content. */
export interface Lines {
  /**
   * The first line from now on, or from the last one returned, that matches; lines before it are dropped.
   * Throws when the stream ends first.
   */
  next(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface PlainQemu {
  readonly serial: Lines;
  write(line: string): void;
  /** The exit status, once QEMU has ended by itself. */
  readonly exited: Promise<number | null>;
}

const program = process.arch === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';

/**
 * Starts QEMU under software emulation for one test. When the test has finished it is killed, also after
 * a time-out: the end of a scope (`using`) is never reached then.
 */
export function startPlainQemu(args: readonly string[]): PlainQemu {
  const fixed = ['-nodefaults', '-no-user-config', '-accel', 'tcg', '-display', 'none'];
  const child = spawn(program, [...fixed, '-serial', 'stdio', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(([status]) =>
    typeof status === 'number' ? status : null,
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    serial: linesOf(child.stdout),
    write: (line) => child.stdin.write(`${line}\n`),
    exited,
  };
}

export function linesOf(stream: Readable): Lines {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  const iterator = lines[Symbol.asyncIterator]();
  return {
    async next(pattern) {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) throw new Error(`The stream ended without a line that matches ${pattern}`);
        const match = pattern.exec(value);
        if (match !== null) return match;
      }
    },
  };
}

/** Connects to a unix socket of a QEMU that is already past the creation of its sockets. */
export async function connectTo(path: string): Promise<Duplex> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}
