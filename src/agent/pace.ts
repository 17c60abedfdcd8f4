import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits so that no more than `bytesPerSecond` are worked through on the average, from the first call
 * on. Rejects with an AbortError as soon as the signal says so.
 */
export function createPace(
  bytesPerSecond: number,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): (bytes: number) => Promise<void> {
  let startedAt: number | undefined;
  let total = 0;
  return async (bytes) => {
    startedAt ??= now();
    total += bytes;
    const ahead = (total / bytesPerSecond) * 1000 - (now() - startedAt);
    if (ahead > 1) await delay(ahead, undefined, { signal, ref: false });
  };
}
