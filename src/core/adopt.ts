import type { Driver, Place, Session } from './driver.ts';
import { type Problem, toProblem } from './errors.ts';
import { faultPoint } from './fault-point.ts';
import { endSaved } from './suspend.ts';

/** The guest that an earlier agent left behind, if there is one to go on with, and what went wrong. */
export interface Adopted {
  readonly session?: Session;
  /** Why the guest stands although nobody paused it. */
  readonly waitsFor?: Problem;
  readonly problem?: Problem;
}

/**
 * Finds the guest that an earlier agent left in `place` and makes it run unless a person had paused
 * it. Beside a saved state it has not run since that was written (saved and not ended, or loaded and
 * not run), so the state counts and the guest is ended. Throws when the driver cannot say whether a
 * guest is there.
 */
export async function adopt(
  driver: Driver,
  place: Place,
  hasSavedState: boolean,
): Promise<Adopted> {
  await faultPoint('adopt.begun');
  const adoption = await driver.adopt(place);
  await faultPoint('adopt.found');
  if (adoption.found === 'nothing') return {};
  // After a committed suspension the guest was meant to end; its state tells the rest.
  if (adoption.found === 'ended') return hasSavedState ? {} : { problem: adoption.problem };
  const { session, shouldRun, waitsFor } = adoption;
  if (hasSavedState) {
    await endSaved(place.bundle, session);
    await faultPoint('adopt.ended');
    return {};
  }
  if (waitsFor !== undefined) return { session, waitsFor, problem: waitsFor };
  if (!shouldRun || session.status === 'running') return { session };
  try {
    await session.resume();
    await faultPoint('adopt.resumed');
    return { session };
  } catch (error) {
    return { session, problem: toProblem(error) };
  }
}
