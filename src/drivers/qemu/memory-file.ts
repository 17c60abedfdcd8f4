import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { errnoOf, TorporError } from '../../core/errors.ts';
import type { FlushOptions, Host } from '../../core/host.ts';
import type { MemoryFile } from '../../core/saved-state/manifest.ts';

/**
 * The file that is guest memory in instant mode. QEMU maps it shared, so what the guest writes is in
 * it; a write that meets a full volume would kill QEMU by SIGBUS without a word, so all of it is
 * reserved for as long as the guest exists.
 */

/** Creates the file for a guest that boots: all zeros, all reserved. Leaves nothing when it fails. */
export async function createMemoryFile(host: Host, path: string, bytes: number): Promise<void> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
  try {
    await host.reserve(path, bytes);
  } catch (error) {
    const problem = await explain(error, host, path, bytes);
    await rm(path, { force: true });
    throw problem;
  }
}

/**
 * Reserves again what was given back. Throws NO_SPACE with what is missing; the contents stay. Where
 * a sparse file cannot be reserved (macOS, F_PREALLOCATE), the volume must have the room instead.
 */
export async function reserveMemory(host: Host, path: string, bytes: number): Promise<void> {
  try {
    await host.reserve(path, bytes);
  } catch (error) {
    if (errnoOf(error) !== 'EOPNOTSUPP') throw await explain(error, host, path, bytes);
    const { available } = await host.space(path);
    const missing = bytes - (await host.allocatedBytes(path)) - available;
    if (missing > 0) throw noRoom(bytes, available, missing, error);
  }
}

/** Gives back what the guest never touched, durably. Only when QEMU is gone. */
export async function giveMemoryBack(host: Host, path: string): Promise<void> {
  await host.releaseUnused(path);
  await host.flush(path);
}

/** Flushes the file of a guest that stands and describes it. */
export async function settleMemory(
  host: Host,
  path: string,
  options: FlushOptions,
): Promise<MemoryFile> {
  await host.flush(path, options);
  const [dataBytes, found] = [await host.allocatedBytes(path), await lstat(path, { bigint: true })];
  return {
    name: basename(path),
    bytes: Number(found.size),
    dataBytes,
    inode: found.ino.toString(),
    modifiedAt: found.mtimeNs.toString(),
  };
}

async function explain(error: unknown, host: Host, path: string, bytes: number): Promise<unknown> {
  const errno = errnoOf(error);
  if (errno === 'EOPNOTSUPP' || errno === 'ENOSYS') {
    return new TorporError(
      'CAPABILITY_MISSING',
      'This volume cannot reserve space for guest memory.',
      {
        hint: 'Set the machine’s mode to “streamed”, or keep the library on a local volume.',
        cause: error,
      },
    );
  }
  if (errno !== 'ENOSPC' && errno !== 'EDQUOT') return error;
  const { available } = await host.space(path);
  const missing = Math.max(0, bytes - (await host.allocatedBytes(path)) - available);
  return noRoom(bytes, available, missing, error);
}

function noRoom(needed: number, available: number, missing: number, cause: unknown): TorporError {
  return new TorporError('NO_SPACE', `There is no room for ${mebibytes(needed)} of guest memory.`, {
    hint: `Free ${mebibytes(missing)} on the library’s volume, or give the machine less memory.`,
    details: { neededBytes: needed, availableBytes: available, missingBytes: missing },
    cause,
  });
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
