import { expect, test } from 'vitest';
import { isIdle, type Look, lookAt, type Quiet } from '../../src/agent/idle.ts';

const minute = 60_000;

/** Looks once a minute at a guest that uses so many seconds of CPU time in each. */
function quietAfter(usage: readonly number[], changes: Partial<Look> = {}): Quiet {
  let cpuSeconds = 100;
  let quiet: Quiet | undefined = lookAt(undefined, { at: 0, cpuSeconds, lastInput: 0 });
  for (const [index, used] of usage.entries()) {
    cpuSeconds += used;
    quiet = lookAt(quiet, { at: (index + 1) * minute, cpuSeconds, lastInput: 0, ...changes });
  }
  return quiet;
}

test('a guest that does nothing is idle after the minutes and not before', () => {
  expect(isIdle(quietAfter([0, 1, 0, 2]), 5)).toBe(false);
  expect(isIdle(quietAfter([0, 1, 0, 2, 0]), 5)).toBe(true);
});

test('a guest that works is not, and begins anew after it has worked', () => {
  expect(quietAfter([0, 0, 30, 0]).since).toBe(3 * minute);
  expect(isIdle(quietAfter(Array.from({ length: 60 }, () => 7)), 1)).toBe(false);
  // A tenth of one CPU is what a system may take for itself.
  expect(isIdle(quietAfter(Array.from({ length: 60 }, () => 6)), 60)).toBe(true);
});

test('input is use, however little the guest has to do for it', () => {
  expect(quietAfter([0, 0, 0], { lastInput: 2.5 * minute }).since).toBe(2.5 * minute);
});

test('what cannot be told is not idle', () => {
  expect(quietAfter([0, 0, 0], { cpuSeconds: undefined }).since).toBe(3 * minute);
  // Another process than before, or one that began anew.
  expect(quietAfter([0, 0, -50]).since).toBe(3 * minute);
});

test('a host that slept says nothing about its guests', () => {
  const before = quietAfter([0, 0]);
  const at = 300 * minute;
  expect(lookAt(before, { at, cpuSeconds: 100, lastInput: 0 }).since).toBe(at);
});
