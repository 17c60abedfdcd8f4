import type { Capability } from './driver.ts';
import type { Problem } from './errors.ts';

/** What a session can do, unless there is a reason why it cannot. */
export function ableUnless<T>(reason: Problem | undefined, use: T): Capability<T> {
  return reason === undefined ? { available: true, use } : { available: false, reason };
}
