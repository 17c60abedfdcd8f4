import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { both } from '../../core/both.ts';
import type { SaveOptions } from '../../core/driver.ts';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import type { FlushOptions, Host } from '../../core/host.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { digestFile } from '../../core/saved-state/fingerprint.ts';
import type { MemoryFile, SavedFile } from '../../core/saved-state/manifest.ts';
import { settleMemory } from './memory-file.ts';
import { saveTo, type Written } from './migration.ts';
import type { QmpClient } from './qmp/client.ts';
import { bytesOf, recentlyWritten } from './recent-memory.ts';

export interface SaveInput {
  readonly host: Host;
  readonly bundle: Bundle;
  readonly qmp: QmpClient;
  readonly socket: string;
  readonly memoryBytes: number;
  readonly options: SaveOptions;
}

/** Devices take well under a megabyte, a display's memory 16; more free space than that costs nothing. */
const deviceStateBytes = 32 * 1024 * 1024;

/** Flushed in some hundredths of a second on a good disk, and within the second on a slow one. */
const littleBytes = 32 * 1024 * 1024;

/**
 * Flushes the memory file while the guest still runs, so that it stands for as short as can be: what
 * is left for afterwards is what it writes meanwhile. What is little is left for afterwards whole, since
 * writing it twice would take the longer. Returns which it was.
 */
export async function flushAhead({
  host,
  bundle,
  options,
}: SaveInput): Promise<'ahead' | 'not yet'> {
  const dirty = await host.dirtyExtents(bundle.files.memory);
  if (dirty !== undefined && bytesOf(dirty) < littleBytes) return 'not yet';
  await host.flush(bundle.files.memory, telling(options));
  return 'ahead';
}

/** The flush that does the work is the part that takes time, and tells it. */
function telling({ signal, onProgress }: SaveOptions): FlushOptions {
  return { signal, onProgress: (done, total) => onProgress?.({ done, total }) };
}

/**
 * Instant mode: the stopped guest's devices into device.state, and its memory file flushed. Both
 * are on the medium and checked when this returns. Throws as saveTo; the caller undoes.
 */
export async function saveInstant(
  input: SaveInput,
  flushed: 'ahead' | 'not yet',
): Promise<{ files: SavedFile[]; memory: MemoryFile }> {
  const { host, bundle, options } = input;
  const { signal } = options;
  const { deviceState, memory: memoryFile } = bundle.files;
  const recent = await recentlyWritten(host, memoryFile);
  // The guest stands, so what it left is written while QEMU lists its devices. Settling finds what
  // the devices themselves still did to memory.
  const [written] = await both(
    writeStream(input, deviceState, true),
    host.flush(memoryFile, flushed === 'ahead' ? { signal } : telling(options)),
  );
  const [device, memory] = await both(
    settleStream(input, deviceState, written),
    settleMemory(host, memoryFile, { signal }),
  );
  await faultPoint('save.settled');
  return { files: [device], memory: { ...memory, ...recent } };
}

/** Streamed mode: devices and memory into stream.state, on the medium and checked when this returns. */
export async function saveStreamed(
  input: SaveInput,
): Promise<{ files: SavedFile[]; memory: null }> {
  const path = input.bundle.files.streamState;
  const written = await writeStream(input, path, false);
  return { files: [await settleStream(input, path, written)], memory: null };
}

/** Removes what a save that is not to be has written, whole or not. */
export async function removeSaved({ bundle }: SaveInput, instant: boolean): Promise<void> {
  const path = instant ? bundle.files.deviceState : bundle.files.streamState;
  await rm(staged(path), { force: true });
  await rm(path, { force: true });
}

/**
 * Makes sure that what a suspension writes finds room: checked, and reserved where the volume can,
 * before the guest is stopped. Guest memory is counted whole in streamed mode, since how much of it
 * holds something is not known before. Throws NO_SPACE with what is missing; nothing is left then.
 */
export async function reserveRoom(input: SaveInput, instant: boolean): Promise<void> {
  const { host, bundle, memoryBytes } = input;
  const needed = deviceStateBytes + (instant ? 0 : memoryBytes);
  const { available } = await host.space(bundle.files.state);
  if (available < needed) throw noRoom(needed, available);
  const path = staged(instant ? bundle.files.deviceState : bundle.files.streamState);
  await rm(path, { force: true });
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  await (await open(path, flags, 0o600)).close();
  try {
    await host.reserve(path, needed);
  } catch (error) {
    // Where a volume cannot reserve, the check above has to do.
    if (errnoOf(error) === 'EOPNOTSUPP') return;
    await rm(path, { force: true });
    throw errnoOf(error) === 'ENOSPC' ? noRoom(needed, available) : error;
  }
}

function noRoom(needed: number, available: number): TorporError {
  const missing = Math.max(0, needed - available);
  return new TorporError('NO_SPACE', 'There is no room for the saved state.', {
    hint: `Free ${Math.ceil(missing / 1024 / 1024)} MiB on the library’s volume. The guest runs on.`,
    details: { neededBytes: needed, availableBytes: available, missingBytes: missing },
  });
}

function staged(path: string): string {
  return `${path}.staged`;
}

/** Writes the migration stream beside `path`, into the file that reserveRoom made. */
async function writeStream(
  { qmp, socket, memoryBytes, options }: SaveInput,
  path: string,
  ignoreShared: boolean,
): Promise<Written> {
  const { signal, onProgress } = options;
  const file = await open(staged(path), constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    const written = await saveTo(file, {
      ...{ qmp, socket, ignoreShared, signal },
      // In instant mode the time goes into flushing memory, which tells of itself.
      ...(ignoreShared
        ? {}
        : { onProgress: ({ done }) => onProgress?.({ done, total: Math.max(done, memoryBytes) }) }),
    });
    // What was reserved and not needed.
    await file.truncate(written.bytes);
    await faultPoint('save.migrated');
    return written;
  } finally {
    await file.close();
  }
}

/** Makes what was written durable, reads it back, and gives it its name. */
async function settleStream(
  { host, options: { signal } }: SaveInput,
  path: string,
  written: Written,
): Promise<SavedFile> {
  await host.flush(staged(path), { signal });
  await faultPoint('save.flushed');
  if ((await digestFile(staged(path), signal)) !== written.sha256) throw readsBackChanged();
  await rename(staged(path), path);
  await faultPoint('save.staged');
  return { name: basename(path), ...written };
}

function readsBackChanged(): TorporError {
  const message = 'What was written to the saved state reads back changed.';
  return new TorporError('SUSPEND_FAILED', message, {
    hint: 'The volume may be failing. Check it before you trust it with another state.',
  });
}
