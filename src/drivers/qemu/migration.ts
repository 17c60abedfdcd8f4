import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Amount } from '../../core/driver.ts';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { writeAll } from '../../core/write-all.ts';
import type { QmpClient } from './qmp/client.ts';

/**
 * QEMU's migration, with Torpor at the other end of a unix socket: every byte passes through here, so
 * it is counted and digested on the way, and every error is seen (an `exec:` target that fails does
 * not fail the migration).
 */

/** Without a limit QEMU would trickle at 128 MiB/s. It reads the value as a signed 64-bit number. */
const unlimited = 2 ** 60;

const pieceBytes = 1024 * 1024;

export interface Transfer {
  readonly qmp: QmpClient;
  /** A unix socket path that nothing listens on yet. */
  readonly socket: string;
  /** Leaves shared guest memory out of the stream. */
  readonly ignoreShared: boolean;
  readonly onProgress?: ((amount: Amount) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Migrates the stopped guest into `file`, from its beginning, not flushed. Throws CANCELLED,
 * HYPERVISOR_FAILED with QEMU's reason, or the error of the write. When it throws, the guest is
 * still stopped and the migration is over.
 */
export async function saveTo(file: FileHandle, transfer: Transfer): Promise<Written> {
  const { qmp, socket: path, signal } = transfer;
  await prepare(transfer);
  const server = createServer();
  try {
    server.listen(path);
    await once(server, 'listening', { signal });
    const connection = observed(once(server, 'connection', { signal }));
    const outcome = observed(migrationOutcome(qmp));
    await qmp.execute('migrate', { uri: `unix:${path}` }, { signal });
    const [socket]: Socket[] = await connection;
    if (socket === undefined) throw new TorporError('INTERNAL', 'a connection without a socket');
    const written = receive(socket, file, transfer);
    // Whichever fails first is the reason; the other then follows from it.
    const [result] = await Promise.all([written, outcome]);
    return result;
  } catch (error) {
    await cancelMigration(qmp);
    throw reasonFor(error, signal);
  } finally {
    server.close();
    await rm(path, { force: true });
  }
}

/**
 * Feeds the stream in `path` to a QEMU that waits for it (`-incoming defer`). The guest is then
 * loaded and has not run. Throws STATE_DAMAGED when the stream is not the one that was digested,
 * CANCELLED, or HYPERVISOR_FAILED; QEMU has then to be ended.
 */
export async function loadFrom(path: string, expected: Written, transfer: Transfer): Promise<void> {
  const { qmp, socket: socketPath, signal } = transfer;
  await prepare(transfer);
  const outcome = observed(migrationOutcome(qmp));
  await qmp.execute('migrate-incoming', { uri: `unix:${socketPath}` }, { signal });
  const sending = Promise.all([send(path, socketPath, expected.bytes, transfer), outcome]);
  const [sent] = await sending.catch((error: unknown) => {
    throw reasonFor(error, signal);
  });
  if (sent.sha256 === expected.sha256 && sent.bytes === expected.bytes) return;
  throw new TorporError('STATE_DAMAGED', `The saved state is damaged: ${path} has changed.`, {
    hint: 'Start cold to set the state aside and boot. Nothing was deleted.',
    details: { path },
  });
}

/** QEMU carries commands out in the order in which they come, so nobody waits for the first. */
async function prepare({ qmp, ignoreShared }: Transfer): Promise<void> {
  await Promise.all([
    qmp.execute('migrate-set-capabilities', {
      capabilities: [
        { capability: 'events', state: true },
        { capability: 'x-ignore-shared', state: ignoreShared },
      ],
    }),
    qmp.execute('migrate-set-parameters', { 'max-bandwidth': unlimited }),
  ]);
}

/** Subscribed before the migration begins, since its end may come before the command's reply. */
async function migrationOutcome(qmp: QmpClient): Promise<void> {
  const ends = ['completed', 'failed', 'cancelled'];
  const { status } = await qmp.waitFor('MIGRATION', (data) => ends.includes(data.status));
  if (status === 'completed') return;
  const info = await qmp.execute('query-migrate');
  throw new TorporError(
    'HYPERVISOR_FAILED',
    `QEMU could not move the state: ${info['error-desc'] ?? status}`,
    {
      details: { status },
    },
  );
}

/** QEMU may complain of the stream's end before who cancelled it has let go of the file. */
function reasonFor(error: unknown, signal: AbortSignal | undefined): TorporError {
  return toTorporError(signal?.aborted ? signal.reason : error);
}

/** For a promise that is awaited later, or never when a step before that fails. */
function observed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function receive(socket: Socket, file: FileHandle, transfer: Transfer): Promise<Written> {
  const hash = createHash('sha256');
  const writer = createPieceWriter(file);
  let bytes = 0;
  await pipeline(
    socket,
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        await writer.write(chunk);
        bytes += chunk.length;
        transfer.onProgress?.({ done: bytes, total: bytes });
      }
      await writer.end();
    },
    signalOption(transfer),
  );
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Writes a file from its beginning in large pieces: a socket's chunks are small, and each write is a
 * trip to another thread. One piece is written while the next one fills; both are used again and
 * again, since fresh memory costs more than the copying.
 */
function createPieceWriter(file: FileHandle) {
  let [filling, spare] = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)];
  let filled = 0;
  let position = 0;
  let writing: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    await writing;
    writing = observed(writeAll(file, filling.subarray(0, filled), position));
    position += filled;
    filled = 0;
    [filling, spare] = [spare, filling];
  }

  return {
    async write(chunk: Buffer): Promise<void> {
      for (let offset = 0; offset < chunk.length; ) {
        const copied = chunk.copy(filling, filled, offset);
        offset += copied;
        filled += copied;
        if (filled === pieceBytes) await flush();
      }
    },
    async end(): Promise<void> {
      await flush();
      await writing;
    },
  };
}

async function send(
  path: string,
  socketPath: string,
  total: number,
  transfer: Transfer,
): Promise<Written> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const source = file.createReadStream({ autoClose: false, highWaterMark: pieceBytes });
  try {
    const socket = createConnection(socketPath);
    const sent = pipeline(
      source,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          transfer.onProgress?.({ done: bytes, total });
          yield chunk;
        }
      },
      socket,
      signalOption(transfer),
    );
    // QEMU hangs up when it has read its last byte, and the pipeline has been seen to wait on for ever then.
    await Promise.race([observed(sent), hungUp(socket, transfer)]);
  } finally {
    source.destroy();
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Resolves when the other end closed in order; of all else whoever writes to the socket hears. */
function hungUp(socket: Socket, { signal }: Transfer): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', (hadError) => {
      if (!hadError && signal?.aborted !== true) resolve();
    });
  });
}

function signalOption({ signal }: Transfer): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** After a failure the migration may be over or not; QEMU answers either way unless it is gone itself. */
async function cancelMigration(qmp: QmpClient): Promise<void> {
  const ended = qmp.waitFor(
    'MIGRATION',
    ({ status }) => status === 'cancelled' || status === 'failed',
    {
      timeoutMs: 5000,
    },
  );
  ended.catch(() => {});
  try {
    await qmp.execute('migrate_cancel');
    const { status } = await qmp.execute('query-migrate');
    if (status === 'active' || status === 'cancelling' || status === 'setup') await ended;
  } catch (error) {
    if (toTorporError(error).code !== 'HYPERVISOR_DISCONNECTED') throw error;
  }
}
