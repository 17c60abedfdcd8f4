import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { flush } from './atomic-file.ts';

/**
 * Makes a folder with everything in it survive a power cut. A driver that makes a file need not flush
 * it: qemu-img does not, and on btrfs not even the file's name is there afterwards, however many
 * folders above it were flushed.
 */
export async function flushTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await flushTree(path);
    else if (entry.isFile()) await flush(path);
  }
  await flush(folder);
}
