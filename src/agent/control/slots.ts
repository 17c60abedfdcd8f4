/** A bound on how much goes on at once. */
export interface Slots {
  /** Resolves when there is room, which is then taken. */
  take(): Promise<void>;
  release(): void;
  /** Resolves when everything that was taken has been released. */
  idle(): Promise<void>;
}

export function createSlots(bound: number): Slots {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const idle: (() => void)[] = [];
  return {
    take() {
      if (taken < bound) {
        taken += 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    release() {
      const next = waiting.shift();
      if (next !== undefined) return next();
      taken -= 1;
      if (taken === 0) for (const resolve of idle.splice(0)) resolve();
    },
    idle: () => (taken === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  };
}
