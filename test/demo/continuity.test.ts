import { expect, test } from 'vitest';
import { isContinuous, type Moment } from '../../demo/continuity.ts';

const before: Moment = { nonce: 'a1', count: 80, digest: 'd1' };

test('a guest that counts on with the same nonce and memory went on', () => {
  expect(isContinuous(before, { ...before, count: 82 })).toBe(true);
});

test.each<[string, Moment]>([
  ['booted again', { nonce: 'b2', count: 3, digest: undefined }],
  ['booted again and counted far', { nonce: 'b2', count: 900, digest: 'd1' }],
  ['did not count on', before],
  ['was put back to an earlier instant', { ...before, count: 40 }],
  ['lost some of its memory', { ...before, count: 82, digest: 'd2' }],
])('a guest that %s did not', (_what, after) => {
  expect(isContinuous(before, after)).toBe(false);
});
