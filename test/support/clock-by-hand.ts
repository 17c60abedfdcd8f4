import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/agent/clock.ts';

/** A clock whose minutes pass when a test says so. */
export function clockByHand() {
  let now = 0;
  const calls = new Set<() => void>();
  const clock: Clock = {
    now: () => now,
    every(_milliseconds, call) {
      calls.add(call);
      return () => calls.delete(call);
    },
  };
  return {
    clock,
    isTicking: () => calls.size > 0,
    /** Resolves when what a look begins at once has begun. */
    async minutes(count: number): Promise<void> {
      for (let passed = 0; passed < count; passed++) {
        now += 60_000;
        for (const call of calls) call();
        for (let turn = 0; turn < 10; turn++) await setImmediate();
      }
    },
  };
}
