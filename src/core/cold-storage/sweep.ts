import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../library/bundle.ts';
import type { Manifest } from '../saved-state/manifest.ts';
import { filesOf } from './source.ts';

/** A container that is being written; whole or not, it is no part of a saved state. */
export function unfinishedPath({ files }: Bundle): string {
  return `${files.compactedState}.part`;
}

/** A file of a state that is being expanded; no part of a saved state either. */
export function expandingPath(path: string): string {
  return `${path}.expanding`;
}

/**
 * Removes what a crash left of the form that `manifest` does not name: a copy of what it does name, or an
 * unfinished one. An unfinished container stays beside a plain state, to be gone on from.
 */
export async function sweep(bundle: Bundle, manifest: Manifest): Promise<void> {
  const plain = filesOf(manifest).map(({ name }) => join(bundle.files.state, name));
  for (const path of plain) await rm(expandingPath(path), { force: true });
  if (manifest.compacted === undefined) await rm(bundle.files.compactedState, { force: true });
  else for (const path of [...plain, unfinishedPath(bundle)]) await rm(path, { force: true });
}

/** Removes both: the guest runs again, and what they hold is the past. */
export async function forget(bundle: Bundle): Promise<void> {
  await rm(bundle.files.compactedState, { force: true });
  await rm(unfinishedPath(bundle), { force: true });
}
