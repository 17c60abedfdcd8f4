import { expect, test, vi } from 'vitest';
import { pauseOnKey } from '../../src/cli/progress/pause-key.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

function typing() {
  const terminal = fakeTerminal();
  terminal.stdin.isTTY = true;
  terminal.stderr.isTTY = true;
  const download = { pause: vi.fn(), resume: vi.fn() };
  const onInterrupt = vi.fn();
  const release = pauseOnKey(terminal, download, onInterrupt);
  const calls = () =>
    [download.pause, download.resume, onInterrupt].map((one) => one.mock.calls.length);
  return {
    terminal,
    release,
    calls,
    type: (keys: string) => terminal.stdin.emit('data', Buffer.from(keys)),
  };
}

test('p pauses, p again goes on, other keys do nothing, Ctrl-C is still Ctrl-C', () => {
  const { calls, type } = typing();
  type('x');
  expect(calls()).toEqual([0, 0, 0]);
  type('p');
  expect(calls()).toEqual([1, 0, 0]);
  type('P');
  expect(calls()).toEqual([1, 1, 0]);
  type('pp\u0003');
  expect(calls()).toEqual([2, 2, 1]);
});

test('the terminal is as it was afterwards', () => {
  const { terminal, release, calls, type } = typing();
  release();
  expect(terminal.stdin.rawModes).toEqual([true, false]);
  type('p');
  expect(calls()).toEqual([0, 0, 0]);
});

test('a pipe is not read', () => {
  const terminal = fakeTerminal();
  pauseOnKey(terminal, { pause: vi.fn(), resume: vi.fn() }, vi.fn())();
  expect(terminal.stdin.rawModes).toEqual([]);
  expect(terminal.stdin.listenerCount('data')).toBe(0);
});
