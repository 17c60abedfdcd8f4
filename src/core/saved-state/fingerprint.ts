import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Fingerprint } from './manifest.ts';

const sampleBlocks = 64;
const sampleBlockBytes = 4096;
const digestChunkBytes = 1024 * 1024;

/**
 * What tells whether a disk image is still the one of a saved state: size, modification time, and a
 * digest of 64 blocks spread over the file (with the first and the last), which catches another
 * image of the same size and time. Takes milliseconds whatever the size. It is no proof against
 * somebody who restores the time after changing a block between the samples; `verify` reads all.
 */
export async function fingerprintFile(path: string): Promise<Fingerprint> {
  const file = await open(path, constants.O_RDONLY);
  try {
    return await fingerprintOf(file);
  } finally {
    await file.close();
  }
}

/**
 * Flushes the file first, so that its fingerprint is the same after a power cut: hypervisors flush disks by
 * fdatasync(2), which puts their contents on the medium and not always the time of the file.
 */
export async function settleFile(path: string): Promise<Fingerprint> {
  const file = await open(path, constants.O_RDONLY);
  try {
    await file.sync();
    return await fingerprintOf(file);
  } finally {
    await file.close();
  }
}

async function fingerprintOf(file: FileHandle): Promise<Fingerprint> {
  const { size, mtimeNs } = await file.stat({ bigint: true });
  return {
    bytes: Number(size),
    modifiedAt: mtimeNs.toString(),
    sample: await sampleDigest(file, Number(size)),
  };
}

async function sampleDigest(file: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  const block = Buffer.alloc(sampleBlockBytes);
  const last = Math.max(0, size - sampleBlockBytes);
  const count = Math.min(sampleBlocks, Math.ceil(size / sampleBlockBytes));
  for (let index = 0; index < count; index++) {
    const offset = count === 1 ? 0 : Math.floor((last * index) / (count - 1));
    const { bytesRead } = await file.read(block, 0, sampleBlockBytes, offset);
    hash.update(block.subarray(0, bytesRead));
  }
  return hash.digest('hex');
}

/**
 * The sha256 of a whole file, in hex; stops with the signal's reason. `onChunk` is told how many bytes
 * were read, and waited for.
 */
export async function digestFile(
  path: string,
  signal?: AbortSignal,
  onChunk?: (bytes: number) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    // No stream: one whose signal is aborted before it is read throws where nobody can catch it.
    const chunk = Buffer.allocUnsafe(digestChunkBytes);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      await onChunk?.(bytesRead);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
