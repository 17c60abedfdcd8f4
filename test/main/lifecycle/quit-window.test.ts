import { expect, test } from 'vitest';
import type { Lifecycle, QuitStep } from '../../../src/contract/lifecycle.ts';
import { createQuitWindow } from '../../../src/main/lifecycle/quit-window.ts';

/** A window that notes what is done with it, and a clock in the test's hands. */
function quitWindow() {
  const did: string[] = [];
  const waiting = new Set<() => void>();
  const window = createQuitWindow({
    open: () => did.push('open'),
    close: () => did.push('close'),
    later(call) {
      waiting.add(call);
      return () => waiting.delete(call);
    },
  });
  return {
    ...window,
    did,
    waits: () => waiting.size,
    timePasses() {
      for (const call of waiting) call();
      waiting.clear();
    },
  };
}

const step: QuitStep = { id: 'a', name: 'A', plan: 'suspend', state: 'working', problem: null };
const quitting = (changes: Partial<QuitStep> = {}, deadline: number | null = null): Lifecycle => ({
  phase: 'quitting',
  reason: 'quit',
  steps: [{ ...step, ...changes }],
  deadline,
});
const running: Lifecycle = { phase: 'running' };
const failed = {
  state: 'failed',
  problem: { code: 'NO_SPACE', message: 'The volume is full.' },
} as const;

test('quitting that takes a moment has no window', () => {
  const window = quitWindow();
  window.follow(quitting());
  window.follow(running);
  expect([window.waits(), window.did]).toEqual([0, []]);
});

test('quitting that takes longer has one, until it is called off', () => {
  const window = quitWindow();
  window.follow(quitting());
  window.follow(quitting({ state: 'waiting' }));
  expect(window.waits()).toBe(1);
  window.timePasses();
  window.follow(quitting());
  window.follow(running);
  window.follow(running);
  expect(window.did).toEqual(['open', 'close']);
});

test.each([
  ['asks', { plan: null, state: 'waiting' } as const],
  ['has failed', failed],
])('a machine that %s is shown at once, and once', (_what, changes) => {
  const window = quitWindow();
  window.follow(quitting(changes));
  window.follow(quitting(changes));
  window.timePasses();
  expect(window.did).toEqual(['open']);
});

test('with a deadline nothing waits for a person, so nothing is shown at once', () => {
  const window = quitWindow();
  window.follow(quitting(failed, 1000));
  expect([window.waits(), window.did]).toEqual([1, []]);
});

test('the next time begins anew', () => {
  const window = quitWindow();
  window.follow(quitting());
  window.timePasses();
  window.follow(running);
  window.follow(quitting());
  expect([window.waits(), window.did]).toEqual([1, ['open', 'close']]);
});
