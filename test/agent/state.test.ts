import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStateFeed, type StateFeed } from '../../src/agent/state.ts';
import type { AgentPhase } from '../../src/contract/app-state.ts';

let told: string[];
let phase: AgentPhase;
let feed: StateFeed;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  phase = 'ready';
  feed = createStateFeed(
    () => ({
      agent: { version: '1', pid: 1, startedAt: '', phase },
      library: { path: '/', space: null, problem: null },
      machines: [],
      creations: [],
      downloads: [],
      outlook: null,
    }),
    ({ revision, agent }) => told.push(`${revision} ${agent.phase}`),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

test('nothing is computed and no timer runs while nothing changes', () => {
  expect(feed.current()).toBe(feed.current());
  expect(vi.getTimerCount()).toBe(0);
});

test('the first change is told at once, those that follow together', () => {
  phase = 'starting';
  feed.changed();
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['2 starting']);
  for (let change = 0; change < 101; change++) {
    phase = change % 2 === 0 ? 'ending' : 'ready';
    feed.changed();
    vi.advanceTimersByTime(1);
  }
  vi.runAllTimers();
  expect(told.length).toBeLessThanOrEqual(6);
  expect(told.at(-1)).toMatch(/ending$/);
  expect(vi.getTimerCount()).toBe(0);
});

test('a change in the midst of others is told soon enough for whoever has just clicked', () => {
  phase = 'starting';
  feed.changed();
  vi.advanceTimersByTime(1);
  phase = 'ending';
  feed.changed();
  vi.advanceTimersByTime(30);
  expect(told).toEqual(['2 starting', '3 ending']);
});

test('whoever asks sees a change before it is told, under the number that it is told with', () => {
  phase = 'ending';
  feed.changed();
  const { revision } = feed.current();
  vi.runAllTimers();
  expect(told).toEqual([`${revision} ending`]);
});

test('what turns out to be no change is not told', () => {
  const before = feed.current();
  feed.changed();
  vi.runAllTimers();
  expect(told).toEqual([]);
  expect(feed.current()).toBe(before);
});

test('what was not told yet is told at the end, and nothing after it', () => {
  phase = 'ending';
  feed.changed();
  feed.close();
  expect(told).toEqual(['2 ending']);
  feed.changed();
  vi.runAllTimers();
  expect(told).toHaveLength(1);
});
