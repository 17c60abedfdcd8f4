import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { errnoOf, TorporError } from '../core/errors.ts';
import { foreignFormatOf } from './image-formats.ts';

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

export interface ImageUse {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** The guest will write to this very file. */
  readonly write: boolean;
}

/**
 * Throws unless the disk image is a readable file of the format it is said to have and complete in
 * itself: DISK_UNAVAILABLE, or IMAGE_INVALID with what to do. VMDK, VDI and the like are named. An image that builds on another file
 * is refused: that file could change under a saved state, and a copy would not hold it.
 */
export async function assertUsableImage({ path, format, write }: ImageUse): Promise<void> {
  await assertReadable(path, 'The disk image');
  if (write) await assertAccess(path, 'The disk image', constants.W_OK);
  const start = await readStart(path);
  const foreign = foreignFormatOf(start);
  if (foreign !== undefined) {
    const convert = `qemu-img convert -f ${foreign.id} -O qcow2 OLD NEW.qcow2`;
    throw invalid(
      path,
      `is a ${foreign.name} image, which no guest of Torpor’s reads`,
      `Convert it first, and use the new one: ${convert}. Nothing was changed.`,
    );
  }
  const isQcow2 = start.length >= 4 && start.readUInt32BE(0) === header.magic;
  if (format === 'raw' && isQcow2) {
    throw invalid(path, 'is a qcow2 image, not a raw one', 'Name its format: qcow2.');
  }
  if (format === 'raw') return;
  if (!isQcow2 || start.length < header.bytes) {
    throw invalid(path, 'is not a qcow2 image', 'Name its format (raw), or convert it.');
  }
  if (start.readBigUInt64BE(header.backingFileOffset) !== 0n) {
    throw invalid(path, 'builds on another image (a backing file)', flatten);
  }
  if (start.readUInt32BE(header.cryptMethod) !== 0) {
    throw invalid(path, 'is encrypted', flatten);
  }
  if (hasExternalDataFile(start)) {
    throw invalid(path, 'keeps its data in another file', flatten);
  }
}

const flatten =
  'Make an image that stands alone: qemu-img convert -O qcow2 OLD NEW. Nothing was changed.';

/** Throws DISK_UNAVAILABLE unless `path` is a file that can be read. `what` begins the message. */
export async function assertReadable(path: string, what: string): Promise<void> {
  await assertAccess(path, what, constants.R_OK);
  const found = await stat(path);
  if (found.isFile() || found.isBlockDevice()) return;
  throw new TorporError('DISK_UNAVAILABLE', `${what} ${path} is not a file.`);
}

async function assertAccess(path: string, what: string, mode: number): Promise<void> {
  try {
    await access(path, mode);
  } catch (error) {
    const isMissing = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    const verb = mode === constants.W_OK ? 'written' : 'read';
    const message = isMissing ? 'is not there' : `cannot be ${verb}`;
    throw new TorporError('DISK_UNAVAILABLE', `${what} ${path} ${message}.`, {
      hint: isMissing ? 'Check the path.' : 'Check who owns it and its permissions.',
      details: { path },
      cause: error,
    });
  }
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(header.bytes), 0, header.bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Version 2 has no feature bits; what stands there is something else. */
function hasExternalDataFile(start: Buffer): boolean {
  if (start.readUInt32BE(header.version) < 3) return false;
  return (start.readBigUInt64BE(header.incompatibleFeatures) & header.externalDataFile) !== 0n;
}

function invalid(path: string, why: string, hint: string): TorporError {
  return new TorporError('IMAGE_INVALID', `${path} ${why}.`, { hint, details: { path } });
}
