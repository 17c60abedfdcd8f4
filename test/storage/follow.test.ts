import { expect, test } from 'vitest';
import { follow } from '../../src/storage/follow.ts';
import type { LongCall, OnAmount } from '../../src/storage/native.ts';

/** A long call that the test moves on by hand; cancelling it rejects as the addon does. */
function byHand() {
  const { promise, resolve, reject } = Promise.withResolvers<'done'>();
  const call: LongCall<'done'> = {
    promise,
    cancel: () => reject(Object.assign(new Error('cancelled'), { code: 'ECANCELED' })),
  };
  let amount: OnAmount = () => undefined;
  return {
    start: (onAmount: OnAmount) => {
      amount = onAmount;
      return call;
    },
    amount: (done: number, total: number) => amount(done, total),
    finish: () => resolve('done'),
    fail: reject,
  };
}

test('amounts that come late or twice are left out, a missing last one is added', async () => {
  const call = byHand();
  const seen: number[] = [];
  const result = follow(call.start, { onProgress: (done) => seen.push(done) });
  for (const done of [0, 10, 10, 5, 20]) call.amount(done, 30);
  call.finish();
  expect(await result).toBe('done');
  expect(seen).toEqual([0, 10, 20, 30]);
});

test('an abort rejects with its reason, once the call has ended', async () => {
  const call = byHand();
  const controller = new AbortController();
  const result = follow(call.start, { signal: controller.signal });
  controller.abort('enough');
  await expect(result).rejects.toBe('enough');
});

test('a signal that is aborted already starts nothing', async () => {
  let started = false;
  const start = () => {
    started = true;
    return byHand().start(() => undefined);
  };
  await expect(follow(start, { signal: AbortSignal.abort('before') })).rejects.toBe('before');
  expect(started).toBe(false);
});

test('a failure that has nothing to do with the abort stays itself', async () => {
  const call = byHand();
  const controller = new AbortController();
  const result = follow(call.start, { signal: controller.signal });
  call.fail(Object.assign(new Error('the disk is broken'), { code: 'EIO' }));
  controller.abort();
  await expect(result).rejects.toMatchObject({ code: 'EIO' });
});

test('an error of onProgress cancels the call and is not lost', async () => {
  const call = byHand();
  const result = follow(call.start, {
    onProgress: () => {
      throw new Error('drawing failed');
    },
  });
  call.amount(1, 2);
  await expect(result).rejects.toThrow('drawing failed');
});
