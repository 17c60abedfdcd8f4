import type { Lifecycle } from '../../contract/lifecycle.ts';

/** Where the app is in its own life: one value, and whoever draws from it is told of each new one. */
export interface Life {
  current(): Lifecycle;
  set(next: Lifecycle): void;
}

export function createLife(onChange: (now: Lifecycle) => void): Life {
  let now: Lifecycle = { phase: 'running' };
  return {
    current: () => now,
    set(next) {
      if (next === now) return;
      now = next;
      onChange(now);
    },
  };
}
