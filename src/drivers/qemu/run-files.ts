import { join } from 'node:path';
import { TorporError } from '../../core/errors.ts';
import type { Sockets } from './command-line.ts';

/** What lies in a machine's run directory while QEMU runs. The names are short: sockets have 104 bytes. */
export function runFiles(runDirectory: string): {
  readonly sockets: Sockets;
  readonly pidFile: string;
} {
  return {
    sockets: {
      qmp: join(runDirectory, 'qmp.sock'),
      serial: join(runDirectory, 'serial.sock'),
      guestAgent: join(runDirectory, 'qga.sock'),
      vnc: join(runDirectory, 'vnc.sock'),
      incoming: join(runDirectory, 'in.sock'),
      ready: join(runDirectory, 'ready.sock'),
    },
    pidFile: join(runDirectory, 'qemu.pid'),
  };
}

/** Unix socket paths hold 104 bytes with their end on macOS, 108 on Linux; the smaller counts everywhere. */
export const maxSocketPathBytes = 103;

/** Throws PATH_TOO_LONG when a socket's path would not fit, before QEMU finds out in its own way. */
export function assertSocketsFit(sockets: Sockets): void {
  const tooLong = Object.values(sockets).find(
    (path) => Buffer.byteLength(path) > maxSocketPathBytes,
  );
  if (tooLong === undefined) return;
  throw new TorporError(
    'PATH_TOO_LONG',
    `A socket’s path is longer than ${maxSocketPathBytes} bytes: ${tooLong}`,
    {
      hint: 'Set XDG_RUNTIME_DIR to a directory with a shorter path.',
      details: { path: tooLong, bytes: Buffer.byteLength(tooLong) },
    },
  );
}
