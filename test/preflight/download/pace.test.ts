import { describe, expect, test } from 'vitest';
import { createPace, secondsLeft } from '../../../src/preflight/download/pace.ts';
import { downloadLab } from '../support/downloads.ts';

const lab = downloadLab();

describe('pace', () => {
  test('a limit spreads the bytes over time', () => {
    let now = 0;
    const pace = createPace(1_000_000, () => now);
    pace.note(500_000);
    expect(pace.owed()).toBe(500);
    now = 500;
    expect(pace.owed()).toBe(0);
    pace.note(2_000_000);
    expect(pace.owed()).toBe(2000);
  });

  test('the rate is that of the last seconds, and tells how long the rest takes', () => {
    let now = 0;
    const pace = createPace(undefined, () => now);
    expect(pace.rate()).toBeUndefined();
    for (now = 0; now < 20_000; now += 100) pace.note(100_000);
    expect(pace.rate()).toBeGreaterThan(950_000);
    expect(pace.rate()).toBeLessThan(1_050_000);
    expect(pace.owed()).toBe(0);
    now += 60_000;
    expect(pace.rate()).toBeUndefined();
    expect(secondsLeft(10, 5)).toBe(2);
    expect(secondsLeft(10, undefined)).toBeUndefined();
  });

  test('a limited download waits what it owes', async () => {
    const waited: number[] = [];
    await lab.begin(
      { limit: 1_000_000 },
      { now: () => 0, wait: async (ms) => void waited.push(ms) },
    ).done;
    await lab.expectWhole();
    expect(waited.at(-1)).toBeCloseTo(5000, 0);
  });
});
