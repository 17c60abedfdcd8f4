import type { Parameters } from 'fast-check';

/**
 * The same sequences on every run, so that what fails fails again. script/soak sets another seed and a
 * time instead, and prints both when something fails.
 */
export function modelRuns<T>(count: number): Parameters<T> {
  const { TORPOR_TEST_SEED: seed, TORPOR_TEST_SECONDS: seconds } = process.env;
  if (seed === undefined || seconds === undefined) return { seed: 2026, numRuns: count };
  return {
    seed: Number(seed),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: Number(seconds) * 1000,
  };
}
