import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createCodec } from './codec.ts';

const codec = createCodec();
const through = (value: unknown) => codec.decode(codec.encode(value));

test.each([
  ['plain data', { a: [1, 'two', true, null], b: { c: {} } }],
  ['undefined', { there: undefined }],
  ['a date', new Date('2026-01-02T03:04:05.678Z')],
  ['a map and a set', new Map([['a', new Set([1, 2])]])],
  ['bytes', new Uint8Array([0, 127, 255])],
  ['a view into a larger buffer', new Uint16Array(new Uint16Array([1, 2, 3]).buffer, 2, 1)],
  ['a big integer', 2n ** 80n],
  ['a regular expression', /a+/gi],
  ['numbers that JSON lacks', [Number.NaN, -0, Number.POSITIVE_INFINITY]],
  ['a key that JSON treats specially', { $: 'date', v: 'not a date' }],
  ['non-Latin text', '日本 🚀 é'],
])('%s arrives as it was', (_name, value) => {
  expect(through(value)).toEqual(value);
});

test('an error keeps its class and message', () => {
  const arrived = through(new RangeError('too far'));
  expect(arrived).toBeInstanceOf(RangeError);
  expect(arrived).toMatchObject({ name: 'RangeError', message: 'too far' });
});

test.each([
  ['a function', () => {}],
  ['a symbol', Symbol('s')],
  ['a function inside', { deep: [() => {}] }],
])('%s is refused in the words of Electron', (_name, value) => {
  expect(() => codec.encode(value)).toThrow('An object could not be cloned.');
});

test('its source text stands alone', () => {
  // Everything else is the other context's own; the host's clone would make values of the host.
  const bare = { structuredClone: (value: unknown) => value, atob, btoa };
  const text = runInNewContext(
    `const c = (${createCodec})(); const d = c.decode(c.encode({ at: new Date(5), m: new Map([[1, 2n]]) }));
     d.at.getTime() + ':' + [...d.m].join()`,
    bare,
  );
  expect(text).toBe('5:1,2');
});
