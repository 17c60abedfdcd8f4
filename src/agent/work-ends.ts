import type { AppState } from '../contract/app-state.ts';

/** Calls `then` after each state in which nothing is in flight any more. */
export function whenWorkEnds(then: () => Promise<void>): (state: AppState) => void {
  let wasBusy = false;
  return ({ machines }) => {
    const isBusy = machines.some(({ progress }) => progress !== null);
    if (wasBusy && !isBusy) void then();
    wasBusy = isBusy;
  };
}
