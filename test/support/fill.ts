import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHost } from '../../src/storage/host.ts';

const mebibyte = 1024 * 1024;

/** Leaves no byte of the volume of `folder` free. The function that it returns frees all that again. */
export async function fill(folder: string): Promise<() => Promise<void>> {
  const { available } = await createHost().space(folder);
  const block = Buffer.alloc(mebibyte);
  const paths: string[] = [];
  for (let index = 0; index < available / mebibyte + 1; index++) {
    const path = join(folder, `filler-${index}`);
    paths.push(path);
    try {
      await writeFile(path, block);
    } catch {
      break; // Full, as wanted.
    }
  }
  return async () => {
    for (const path of paths) await rm(path, { force: true });
  };
}
