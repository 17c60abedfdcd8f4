import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SaveOptions } from '../../core/driver.ts';
import { TorporError } from '../../core/errors.ts';
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
const deviceStateBytes = 64 * 1024 * 1024;

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
  return { files: [device], memory };
}

/** Streamed mode: devices and memory into stream.state, on the medium and checked when this returns. */
export async function saveStreamed(
  input: SaveInput,
): Promise<{ files: SavedFile[]; memory: null }> {
  return { files: [await writeStream(input, input.bundle.files.streamState, false)], memory: null };
}

/**
 * Throws NO_SPACE unless the volume has room for what a suspension writes. Guest memory is counted
 * whole in streamed mode, since how much of it holds something is not known before.
 */
export async function assertRoom(
  { host, bundle, memoryBytes }: SaveInput,
  instant: boolean,
): Promise<void> {
  const needed = deviceStateBytes + (instant ? 0 : memoryBytes);
  const { available } = await host.space(bundle.files.state);
  if (available >= needed) return;
  throw new TorporError('NO_SPACE', 'There is no room for the saved state.', {
    hint: `Free ${Math.ceil((needed - available) / 1024 / 1024)} MiB on the library’s volume. The guest runs on.`,
    details: { neededBytes: needed, availableBytes: available, missingBytes: needed - available },
  });
}

async function writeStream(
  input: SaveInput,
  path: string,
  ignoreShared: boolean,
): Promise<SavedFile> {
  const { host, qmp, socket, memoryBytes, options } = input;
  const staged = `${path}.staged`;
  await rm(staged, { force: true });
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  try {
    const { signal, onProgress } = options;
    const file = await open(staged, flags, 0o600);
    let written: Written;
    try {
      written = await saveTo(file, {
        ...{ qmp, socket, ignoreShared, signal },
        onProgress: ({ done }) =>
          onProgress?.({ done, total: ignoreShared ? done : Math.max(done, memoryBytes) }),
      });
    } finally {
      await file.close();
    }
    await host.flush(staged, { signal });
    if ((await digestFile(staged, signal)) !== written.sha256) throw readsBackChanged();
    await rename(staged, path);
    return { name: basename(path), ...written };
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

function readsBackChanged(): TorporError {
  const message = 'What was written to the saved state reads back changed.';
  return new TorporError('SUSPEND_FAILED', message, {
    hint: 'The volume may be failing. Check it before you trust it with another state.',
  });
}
