import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropCaches } from './measure.ts';

/** What the volume itself can do, in MiB/s: the limit for everything that writes or reads all of a state. */
export interface DiskSpeed {
  readonly write: number;
  readonly read: number;
}

/** Writes and flushes so many MiB in sequence, and reads them again with cold caches. */
export async function diskSpeed(mebibytes = 1024): Promise<DiskSpeed> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-bench-'));
  const path = join(folder, 'file');
  const chunk = Buffer.alloc(4 * 1024 * 1024, 'torpor');
  const chunks = mebibytes / 4;
  try {
    const writing = performance.now();
    const target = await open(path, 'w');
    for (let index = 0; index < chunks; index++) await target.write(chunk);
    await target.sync();
    await target.close();
    const written = performance.now();
    dropCaches();
    const reading = performance.now();
    const source = await open(path, 'r');
    for (let index = 0; index < chunks; index++) await source.read(chunk, 0, chunk.length);
    await source.close();
    const read = performance.now();
    return {
      write: (mebibytes * 1000) / (written - writing),
      read: (mebibytes * 1000) / (read - reading),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
