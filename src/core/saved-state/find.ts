import type { Problem } from '../errors.ts';
import { toProblem } from '../errors.ts';
import type { Bundle } from '../library/bundle.ts';
import { hasSavedState, loadManifest } from './files.ts';
import { type Manifest, type SaveReason, stateBytes } from './manifest.ts';

/** The saved state of a bundle as it lies there; without a manifest the problem says why. */
export interface FoundState {
  readonly exists: boolean;
  readonly manifest?: Manifest;
  readonly problem?: Problem;
}

export async function findState(bundle: Bundle): Promise<FoundState> {
  if (!(await hasSavedState(bundle))) return { exists: false };
  try {
    return { exists: true, manifest: await loadManifest(bundle) };
  } catch (error) {
    return { exists: true, problem: toProblem(error) };
  }
}

/** What people want to know of a saved state. */
export interface SavedStateSummary {
  readonly createdAt: string;
  readonly bytes: number;
  readonly reason: SaveReason;
  readonly mode: Manifest['mode'];
  readonly wasPaused: boolean;
  /** `compacted` takes less room and more time to come back; `encrypted` is that, and needs its key. Absent when plain. */
  readonly form?: 'compacted' | 'encrypted';
}

export function summaryOf(manifest: Manifest): SavedStateSummary {
  const { createdAt, reason, mode, wasPaused } = manifest;
  const form = formOf(manifest);
  const summary = { createdAt, bytes: stateBytes(manifest), reason, mode, wasPaused };
  return form === undefined ? summary : { ...summary, form };
}

function formOf({ compacted }: Manifest): SavedStateSummary['form'] {
  if (compacted === undefined) return undefined;
  return compacted.keyId === null ? 'compacted' : 'encrypted';
}
