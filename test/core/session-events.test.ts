import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Problem } from '../../src/core/errors.ts';
import { createSessionEmitter } from '../../src/core/session-events.ts';

const problem: Problem = { code: 'GUEST_ENDED', message: 'Gone.' };

describe('the end of a session', () => {
  test('is told once to whoever listens', async () => {
    const events = createSessionEmitter(vi.fn());
    const first = vi.fn();
    const second = vi.fn();
    events.on('ended', first);
    events.on('ended', second);
    events.end(problem);
    events.end();
    await setImmediate();
    expect(first).toHaveBeenCalledExactlyOnceWith({ problem });
    expect(second).toHaveBeenCalledExactlyOnceWith({ problem });
  });

  test('is kept for the first who listens, and not told within `on`', async () => {
    const events = createSessionEmitter(vi.fn());
    events.on('statusChanged', vi.fn());
    events.end();
    const late = vi.fn();
    events.on('ended', late);
    expect(late).not.toHaveBeenCalled();
    await setImmediate();
    expect(late).toHaveBeenCalledExactlyOnceWith({});
    const later = vi.fn();
    events.on('ended', later);
    await setImmediate();
    expect(later).not.toHaveBeenCalled();
    expect(late).toHaveBeenCalledOnce();
  });

  test('is kept when those who listened have left', async () => {
    const events = createSessionEmitter(vi.fn());
    const gone = vi.fn();
    const off = events.on('ended', gone);
    off();
    off();
    events.end();
    const late = vi.fn();
    events.on('ended', late);
    await setImmediate();
    expect(gone).not.toHaveBeenCalled();
    expect(late).toHaveBeenCalledOnce();
  });

  test('a problem is kept as the end is', async () => {
    const events = createSessionEmitter(vi.fn());
    events.emit('problem', problem);
    const late = vi.fn();
    events.on('problem', late);
    await setImmediate();
    expect(late).toHaveBeenCalledExactlyOnceWith(problem);
    events.emit('problem', problem);
    expect(late).toHaveBeenCalledTimes(2);
  });

  test('other events are told as ever', () => {
    const events = createSessionEmitter(vi.fn());
    const listener = vi.fn();
    events.on('statusChanged', listener);
    events.emit('statusChanged', 'paused');
    expect(listener).toHaveBeenCalledExactlyOnceWith('paused');
  });
});
