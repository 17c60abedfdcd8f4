import { mkdir, open, rename, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import type { Console } from '../../core/driver.ts';
import { errnoOf } from '../../core/errors.ts';

/** The log keeps between one and two of these. */
const logPartBytes = 512 * 1024;

export interface SerialConsole extends Console {
  close(): Promise<void>;
}

/**
 * Attaches to the guest's serial port at `socketPath`: all that comes is kept in the log, of which
 * `logPath` is the newer part and `logPath.1` the older, and passed to listeners. QEMU serves one
 * client, so the agent is it and shares. Log errors go to `onError`; the guest never waits for them.
 */
export async function attachSerial(
  socketPath: string,
  logPath: string,
  onError: (error: unknown) => void,
): Promise<SerialConsole> {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
  const log = await openLog(logPath);
  const socket = createConnection(socketPath);
  let writing: Promise<unknown> = Promise.resolve();
  socket.on('data', (bytes) => {
    writing = writing.then(() => log.append(bytes)).catch(onError);
    for (const listener of listeners) listener(bytes);
  });
  // It breaks when QEMU ends, which the session tells by itself.
  socket.on('error', () => socket.destroy());
  return {
    write: (bytes) => void socket.write(bytes),
    onData(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      socket.destroy();
      await writing;
      await log.close();
    },
  };
}

async function openLog(path: string) {
  let file = await open(path, 'a', 0o600);
  let size = await sizeOf(path);
  return {
    async append(bytes: Uint8Array): Promise<void> {
      await file.appendFile(bytes);
      size += bytes.length;
      if (size < logPartBytes) return;
      await file.close();
      await rename(path, `${path}.1`);
      file = await open(path, 'a', 0o600);
      size = 0;
    },
    close: () => file.close(),
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
