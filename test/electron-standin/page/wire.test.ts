import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createWire, type Message, type Reply, type Wire } from './wire.ts';

/** Two worlds, with structured clone between them as between those of a page. */
function join() {
  const exposed = new Map<string, unknown>();
  const ends: { page?: Wire; preload?: Wire } = {};
  const to =
    (end: 'page' | 'preload') =>
    (message: Message): Reply => {
      const wire = ends[end];
      if (wire === undefined) throw new Error('not joined');
      return structuredClone(wire.serve(structuredClone(message)));
    };
  ends.page = createWire(to('preload'), (key, value) => exposed.set(key, value));
  ends.preload = createWire(to('page'), () => {});
  const { preload } = ends;
  return {
    expose(value: object): Record<string, (...args: unknown[]) => unknown> {
      preload.expose('api', value);
      return exposed.get('api') as Record<string, (...args: unknown[]) => unknown>;
    },
  };
}

test('a function of the preload is called by the page, and its value comes back', () => {
  const api = join().expose({ add: (a: number, b: number) => a + b });
  expect(api.add?.(2, 3)).toBe(5);
});

test('what the page receives is a copy', () => {
  const secret = { open: false };
  const api = join().expose({ read: () => secret });
  const read = api.read?.();
  expect(read).toEqual(secret);
  expect(read).not.toBe(secret);
  expect(Object.isFrozen(read)).toBe(true);
});

test('a promise settles in the other world', async () => {
  const api = join().expose({
    later: async (value: unknown) => ({ value }),
    never: async () => {
      throw new Error('refused');
    },
  });
  await expect(api.later?.(7)).resolves.toEqual({ value: 7 });
  await expect(api.never?.()).rejects.toThrow('refused');
});

test('an exception crosses with its message', () => {
  const api = join().expose({
    fail: () => {
      throw new TypeError('no');
    },
  });
  expect(() => api.fail?.()).toThrow('no');
});

test('a listener of the page is called by the preload, the same one each time', () => {
  const listeners: unknown[] = [];
  const api = join().expose({
    on: (listener: (value: number) => void) => {
      listeners.push(listener);
      listener(1);
      return () => listeners.splice(0);
    },
  });
  const heard: unknown[] = [];
  const off = api.on?.((value: unknown) => heard.push(value));
  expect(heard).toEqual([1]);
  expect(listeners).toHaveLength(1);
  if (typeof off === 'function') off();
  expect(listeners).toHaveLength(0);
});

test('its source text stands alone', () => {
  expect(
    runInNewContext(`
      const ends = {};
      ends.a = (${createWire})((m) => ends.b.serve(m), () => {});
      let got;
      ends.b = (${createWire})((m) => ends.a.serve(m), (key, value) => { got = [key, value.f(2)]; });
      ends.a.expose('k', { f: (n) => n * 2 });
      got.join()`),
  ).toBe('k,4');
});
