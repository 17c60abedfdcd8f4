import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { TorporError } from './errors.ts';

/**
 * The first bytes of a qcow2 image, as docs/interop/qcow2.txt of QEMU lays them out; all numbers are
 * big-endian.
 */
const header = {
  bytes: 104,
  magic: 0x514649fb,
  version: 4,
  backingFileOffset: 8,
  cryptMethod: 32,
  incompatibleFeatures: 72,
  externalDataFile: 1n << 2n,
} as const;

export function isQcow2(start: Buffer): boolean {
  return start.length >= 4 && start.readUInt32BE(0) === header.magic;
}

/**
 * Throws IMAGE_INVALID unless the qcow2 image that begins with `start` is complete in itself. One that
 * names another file would have the hypervisor open that, whatever file of the host it is.
 */
export function assertStandsAlone(path: string, start: Buffer): void {
  if (!isQcow2(start) || start.length < header.bytes) {
    throw invalidImage(path, 'is not a qcow2 image', 'Name its format (raw), or convert it.');
  }
  if (start.readBigUInt64BE(header.backingFileOffset) !== 0n) {
    throw invalidImage(path, 'builds on another image (a backing file)', flatten);
  }
  if (start.readUInt32BE(header.cryptMethod) !== 0) {
    throw invalidImage(path, 'is encrypted', flatten);
  }
  if (hasExternalDataFile(start)) {
    throw invalidImage(path, 'keeps its data in another file', flatten);
  }
}

/** The bytes with which the file at `path` begins: as many as assertStandsAlone looks at. */
export async function startOf(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(header.bytes), 0, header.bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** `why` completes the path to a sentence. */
export function invalidImage(path: string, why: string, hint: string): TorporError {
  return new TorporError('IMAGE_INVALID', `${path} ${why}.`, { hint, details: { path } });
}

const flatten =
  'Make an image that stands alone: qemu-img convert -O qcow2 OLD NEW. Nothing was changed.';

/** Version 2 has no feature bits; what stands there is something else. */
function hasExternalDataFile(start: Buffer): boolean {
  if (start.readUInt32BE(header.version) < 3) return false;
  return (start.readBigUInt64BE(header.incompatibleFeatures) & header.externalDataFile) !== 0n;
}
