import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TorporError } from '../core/errors.ts';
import type { FileLock } from '../core/host.ts';
import { createHost } from '../storage/host.ts';
import { cacheDirectory } from './cache-directory.ts';

/**
 * Takes the lock of a download's target, by whatever path it is named. The lock file is in the cache
 * folder and stays: removing it could leave two downloads with a lock each. Throws BUSY.
 */
export async function lockTarget(target: string): Promise<FileLock> {
  const folder = join(cacheDirectory(), 'downloads');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const real = join(await realpath(dirname(target)), basename(target));
  const name = createHash('sha256').update(real).digest('hex').slice(0, 32);
  const attempt = createHost().lock(join(folder, `${name}.lock`));
  if (attempt.acquired) return attempt.lock;
  throw new TorporError('BUSY', `Another download writes to ${target} already.`, {
    hint: 'Wait for it, or cancel it; what it has is kept, and can be gone on with.',
    details: { pid: attempt.pid },
  });
}
