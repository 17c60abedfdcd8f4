import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SaveOptions } from '../../core/driver.ts';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import type { Host } from '../../core/host.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { digestFile } from '../../core/saved-state/fingerprint.ts';
import type { MemoryFile, SavedFile } from '../../core/saved-state/manifest.ts';
import { settleMemory } from './memory-file.ts';
import { saveTo, type Written } from './migration.ts';
import type { QmpClient } from './qmp/client.ts';

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

/**
 * Instant mode: the stopped guest's devices into device.state, and its memory file flushed. Both
 * are on the medium and checked when this returns. Throws as saveTo; the caller undoes.
 */
export async function saveInstant(
  input: SaveInput,
): Promise<{ files: SavedFile[]; memory: MemoryFile }> {
  const { host, bundle, options } = input;
  const device = await writeStream(input, bundle.files.deviceState, true);
  const memory = await settleMemory(host, bundle.files.memory, {
    signal: options.signal,
    onProgress: (done, total) =>
      options.onProgress?.({ done: done + device.bytes, total: total + device.bytes }),
  });
  await faultPoint('save.settled');
  return { files: [device], memory };
}

/** Streamed mode: devices and memory into stream.state, on the medium and checked when this returns. */
export async function saveStreamed(
  input: SaveInput,
): Promise<{ files: SavedFile[]; memory: null }> {
  return { files: [await writeStream(input, input.bundle.files.streamState, false)], memory: null };
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

async function writeStream(
  input: SaveInput,
  path: string,
  ignoreShared: boolean,
): Promise<SavedFile> {
  const { host, qmp, socket, memoryBytes, options } = input;
  const unfinished = staged(path);
  try {
    const { signal, onProgress } = options;
    const file = await open(unfinished, constants.O_WRONLY | constants.O_NOFOLLOW);
    let written: Written;
    try {
      written = await saveTo(file, {
        ...{ qmp, socket, ignoreShared, signal },
        onProgress: ({ done }) =>
          onProgress?.({ done, total: ignoreShared ? done : Math.max(done, memoryBytes) }),
      });
      // What was reserved and not needed.
      await file.truncate(written.bytes);
    } finally {
      await file.close();
    }
    await faultPoint('save.migrated');
    await host.flush(unfinished, { signal });
    await faultPoint('save.flushed');
    if ((await digestFile(unfinished, signal)) !== written.sha256) throw readsBackChanged();
    await rename(unfinished, path);
    await faultPoint('save.staged');
    return { name: basename(path), ...written };
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function readsBackChanged(): TorporError {
  const message = 'What was written to the saved state reads back changed.';
  return new TorporError('SUSPEND_FAILED', message, {
    hint: 'The volume may be failing. Check it before you trust it with another state.',
  });
}
