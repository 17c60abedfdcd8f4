import { isDeepStrictEqual } from 'node:util';
import type { MachineConfig } from './config.ts';

/** Whether a guest that runs is the same under both configurations: only what comes later differs. */
export function isSameGuest(a: MachineConfig, b: MachineConfig): boolean {
  return isDeepStrictEqual(guestOf(a), guestOf(b));
}

/** How the guest is saved was settled when its memory was laid out. */
function guestOf({ policy, ...rest }: MachineConfig): object {
  return { ...rest, stateMode: policy.stateMode };
}
