import { describe, expect, test, vi } from 'vitest';
import { createEmitter } from '../../src/core/events.ts';

interface Events {
  changed: { readonly name: string };
  gone: undefined;
}

function emitter(onListenerError = vi.fn()) {
  return { onListenerError, ...createEmitter<Events>(onListenerError) };
}

describe('emitter', () => {
  test('calls the listeners of that event, in their order, until they unsubscribe', () => {
    const { on, emit } = emitter();
    const heard: string[] = [];
    const unsubscribe = on('changed', ({ name }) => heard.push(`first ${name}`));
    on('changed', ({ name }) => heard.push(`second ${name}`));
    on('gone', () => heard.push('gone'));
    emit('changed', { name: 'a' });
    unsubscribe();
    unsubscribe();
    emit('changed', { name: 'b' });
    expect(heard).toEqual(['first a', 'second a', 'second b']);
  });

  test('reports a listener that throws or rejects, and calls the others', async () => {
    const { on, emit, onListenerError } = emitter();
    const other = vi.fn();
    const thrown = new Error('thrown');
    const rejected = new Error('rejected');
    on('gone', () => {
      throw thrown;
    });
    on('gone', () => Promise.reject(rejected));
    on('gone', other);
    emit('gone', undefined);
    expect(other).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(onListenerError).toHaveBeenCalledTimes(2));
    expect(onListenerError.mock.calls).toEqual([
      [thrown, 'gone'],
      [rejected, 'gone'],
    ]);
  });

  test('one function subscribed twice is called twice, and unsubscribed once at a time', () => {
    const { on, emit } = emitter();
    const listener = vi.fn();
    const unsubscribe = on('gone', listener);
    on('gone', listener);
    emit('gone', undefined);
    unsubscribe();
    emit('gone', undefined);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  test('subscribing and unsubscribing during an emit is safe', () => {
    const { on, emit } = emitter();
    const late = vi.fn();
    const removed = vi.fn();
    on('gone', () => {
      unsubscribe();
      on('gone', late);
    });
    const unsubscribe = on('gone', removed);
    emit('gone', undefined);
    expect(removed).not.toHaveBeenCalled();
    expect(late).not.toHaveBeenCalled();
    emit('gone', undefined);
    expect(late).toHaveBeenCalledOnce();
  });
});
