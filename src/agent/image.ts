import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { errnoOf, TorporError } from '../core/errors.ts';
import { assertStandsAlone, invalidImage, isQcow2, startOf } from '../core/qcow2.ts';
import { foreignFormatOf } from './image-formats.ts';

export interface ImageUse {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** The guest will write to this very file. */
  readonly write: boolean;
}

/**
 * Throws unless the disk image is a readable file of the format it is said to have and complete in
 * itself: DISK_UNAVAILABLE, or IMAGE_INVALID with what to do. VMDK, VDI and the like are named. An
 * image that builds on another file is refused: that file could change under a saved state, and a
 * copy would not hold it.
 */
export async function assertUsableImage({ path, format, write }: ImageUse): Promise<void> {
  await assertReadable(path, 'The disk image');
  if (write) await assertAccess(path, 'The disk image', constants.W_OK);
  const start = await startOf(path);
  const foreign = foreignFormatOf(start);
  if (foreign !== undefined) {
    const convert = `qemu-img convert -f ${foreign.id} -O qcow2 OLD NEW.qcow2`;
    throw invalidImage(
      path,
      `is a ${foreign.name} image, which no guest of Torpor’s reads`,
      `Convert it first, and use the new one: ${convert}. Nothing was changed.`,
    );
  }
  if (format === 'qcow2') return assertStandsAlone(path, start);
  if (isQcow2(start)) {
    throw invalidImage(path, 'is a qcow2 image, not a raw one', 'Name its format: qcow2.');
  }
}

/** Throws DISK_UNAVAILABLE unless `path` is a file that can be read. `what` begins the message. */
export async function assertReadable(path: string, what: string): Promise<void> {
  await assertAccess(path, what, constants.R_OK);
  const found = await stat(path);
  if (found.isFile() || found.isBlockDevice()) return;
  throw new TorporError('DISK_UNAVAILABLE', `${what} ${path} is not a file.`);
}

/** Throws DISK_UNAVAILABLE for a folder to share that is not there, or is none. */
export async function assertFolder(path: string): Promise<void> {
  await assertAccess(path, 'The folder', constants.R_OK);
  if ((await stat(path)).isDirectory()) return;
  throw new TorporError('DISK_UNAVAILABLE', `${path} is not a folder.`, { details: { path } });
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
