import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TorporError } from '../../core/errors.ts';

/** The framework refuses an image that is not made of whole sectors. */
const sectorBytes = 512;

/** Creates a sparse raw image; EEXIST when `path` exists. `bytes` is rounded up to whole sectors. */
export async function createRawDisk(path: string, bytes: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(Math.ceil(bytes / sectorBytes) * sectorBytes);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

export function assertRaw(format: 'raw' | 'qcow2'): void {
  if (format === 'raw') return;
  throw new TorporError('CAPABILITY_MISSING', 'Apple’s framework reads raw images only.', {
    hint: 'Create a raw disk; it takes no room before it is written to.',
  });
}
