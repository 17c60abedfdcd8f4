import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, TorporError } from '../errors.ts';
import type { Bundle } from '../library/bundle.ts';
import { hasSavedState, listSetAside, type SetAside } from './files.ts';

/** A state that was set aside, with the bytes that it takes on its volume. */
export interface SetAsideState extends SetAside {
  readonly bytes: number;
}

/** The states that were set aside, oldest first. */
export async function measureSetAside(bundle: Bundle): Promise<SetAsideState[]> {
  const states = await listSetAside(bundle);
  return Promise.all(states.map(async (state) => ({ ...state, bytes: await bytesIn(state.path) })));
}

/**
 * Deletes set-aside states for good and returns them. One that cannot be deleted whole stays listed,
 * and fails the call after the others were tried. A link is deleted, never what it leads to;
 * MACHINE_BROKEN when the folder of all of them is a link.
 */
export async function removeSetAside(
  bundle: Bundle,
  states: readonly SetAsideState[],
): Promise<readonly SetAsideState[]> {
  if (states.length === 0) return [];
  await assertOwnFolder(bundle.files.setAside);
  const removals = states.map(({ path }) => rm(path, { recursive: true, force: true }));
  const failed = (await Promise.allSettled(removals)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return states;
}

/**
 * Which of `states` are older than `days`. The last state that a machine has is never among them: where
 * no saved state waits the newest one stays. Nor is one whose record is not readable, or that comes
 * from the future: nobody knows how old it is.
 */
export async function outdatedSetAside(
  bundle: Bundle,
  states: readonly SetAsideState[],
  days: number,
): Promise<SetAsideState[]> {
  const now = Date.now();
  const keptAnyway = (await hasSavedState(bundle)) ? undefined : states.at(-1);
  return states.filter((state) => {
    const at = Date.parse(state.at);
    return at > 0 && at <= now && now - at > days * millisecondsADay && state !== keptAnyway;
  });
}

const millisecondsADay = 24 * 60 * 60 * 1000;

async function assertOwnFolder(path: string): Promise<void> {
  if ((await lstat(path)).isDirectory()) return;
  throw new TorporError('MACHINE_BROKEN', `${path} is no folder of this machine’s.`, {
    hint: 'Somebody put it there. Remove it.',
    details: { path },
  });
}

/** What the files in a folder take on their volume; links are not followed. */
async function bytesIn(path: string): Promise<number> {
  try {
    const found = await lstat(path);
    if (!found.isDirectory()) return found.blocks * 512;
    const names = await readdir(path);
    const sizes = await Promise.all(names.map((name) => bytesIn(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    // It went away meanwhile.
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
