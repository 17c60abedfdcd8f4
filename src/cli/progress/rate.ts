import type { OperationProgress } from '../../contract/app-state.ts';

const windowMs = 5_000;

/** Bytes a second over the last seconds, from what was seen of one operation. */
export interface Rate {
  /** Notes `progress` at `now` (milliseconds since 1970) and returns the rate; undefined until it is known. */
  note(progress: OperationProgress, now: number): number | undefined;
}

export function createRate(): Rate {
  let samples: { at: number; done: number }[] = [];
  return {
    note({ amount, startedAt }, now) {
      if (amount === null) return undefined;
      if (samples.length === 0) samples.push({ at: startedAt, done: 0 });
      samples.push({ at: now, done: amount.done });
      const firstKept = samples.findIndex(({ at }) => at >= now - windowMs);
      samples = samples.slice(Math.max(0, firstKept - 1));
      const oldest = samples[0];
      if (oldest === undefined || now <= oldest.at || amount.done <= oldest.done) return undefined;
      return ((amount.done - oldest.done) * 1000) / (now - oldest.at);
    },
  };
}
