import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../library/bundle.ts';
import { type Manifest, writeManifest } from './manifest.ts';

/**
 * The manifest vouches for the memory file by its time of modification. Whoever changes that time and
 * not the contents takes the vow back before, and gives it again after: a crash in between leaves a
 * state that is vouched for a little less, and whole.
 */

/** Before the memory file is touched: the manifest does not vouch for its time any more. */
export async function expectTouched(bundle: Bundle, manifest: Manifest): Promise<void> {
  const { memory } = manifest;
  if (memory === null || memory.modifiedAt === null) return;
  await writeManifest(bundle.files.manifest, {
    ...manifest,
    memory: { ...memory, modifiedAt: null },
  });
}

/** After it was touched and flushed: the manifest vouches for it as it is now. */
export async function stampMemory(bundle: Bundle, manifest: Manifest): Promise<void> {
  const { memory } = manifest;
  if (memory === null) return;
  const path = join(bundle.files.state, memory.name);
  const { mtimeNs, blocks } = await lstat(path, { bigint: true });
  // stat(2) counts in units of 512 bytes, whatever the block size of the volume.
  const now = { modifiedAt: mtimeNs.toString(), dataBytes: Number(blocks) * 512 };
  await writeManifest(bundle.files.manifest, { ...manifest, memory: { ...memory, ...now } });
}
