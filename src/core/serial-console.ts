import { constants } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Console } from './driver.ts';

/** The log keeps between one and two of these. */
const logPartBytes = 512 * 1024;

export interface SerialConsole extends Console {
  /** Takes what the guest sent: it is kept in the log and passed to listeners. */
  receive(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/**
 * The guest's console, of which the newer part is kept in `logPath` and the older in `logPath.1`.
 * Log errors go to `onError`; the guest never waits for the log.
 */
export async function openConsole(
  logPath: string,
  send: (bytes: Uint8Array) => void,
  onError: (error: unknown) => void,
): Promise<SerialConsole> {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
  const log = await openLog(logPath);
  let writing: Promise<unknown> = Promise.resolve();
  return {
    write: send,
    onData(listener) {
      const own = (bytes: Uint8Array): void => listener(bytes);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    receive(bytes) {
      writing = writing.then(() => log.append(bytes)).catch(onError);
      for (const listener of listeners) listener(bytes);
    },
    async close() {
      await writing;
      await log.close();
    },
  };
}

async function openLog(path: string) {
  let file = await openForAppending(path);
  let { size } = await file.stat();
  return {
    async append(bytes: Uint8Array): Promise<void> {
      await file.appendFile(bytes);
      size += bytes.length;
      if (size < logPartBytes) return;
      await file.close();
      await rename(path, `${path}.1`);
      file = await openForAppending(path);
      size = 0;
    },
    close: () => file.close(),
  };
}

/** A link in the log's place is not followed (ELOOP), and a pipe does not make this wait for a reader. */
function openForAppending(path: string) {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  return open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
}
