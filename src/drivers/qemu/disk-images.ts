import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { TorporError } from '../../core/errors.ts';

const run = promisify(execFile);

/** Creates an empty, sparse image of `bytes` at `path`, which must not exist. */
export async function createDiskImage(
  qemuImg: string,
  path: string,
  format: 'raw' | 'qcow2',
  bytes: number,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    if (format === 'raw') await file.truncate(bytes);
  } finally {
    await file.close();
  }
  if (format === 'raw') return;
  try {
    await run(qemuImg, ['create', '-q', '-f', 'qcow2', path, String(bytes)]);
  } catch (error) {
    throw new TorporError('HYPERVISOR_FAILED', `qemu-img could not create ${path}.`, {
      cause: error,
    });
  }
}
