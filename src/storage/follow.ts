import { errnoOf } from '../core/errors.ts';
import type { ProgressOptions } from '../core/host.ts';
import type { LongCall, OnAmount } from './native.ts';

/**
 * Runs a long call of the addon with a caller's progress and abort signal.
 *
 * Progress never goes back and, when the call succeeds, ends with its total. Rejects with the
 * signal's reason when that ended the call, and with what `onProgress` threw (which cancels the
 * call too): in every case only after the call has ended, so nothing works on in the background.
 */
export async function follow<Result>(
  start: (onAmount: OnAmount) => LongCall<Result>,
  { onProgress, signal }: ProgressOptions,
): Promise<Result> {
  signal?.throwIfAborted();
  let reported = -1;
  let total = 0;
  let thrown: { readonly error: unknown } | undefined;
  const report: OnAmount = (done, all) => {
    total = all;
    if (done <= reported || thrown !== undefined) return;
    reported = done;
    try {
      onProgress?.(done, all);
    } catch (error) {
      thrown = { error };
      call.cancel();
    }
  };
  const call = start(report);
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const result = await call.promise;
    report(total, total);
    if (thrown === undefined) return result;
  } catch (error) {
    if (thrown === undefined) {
      if (errnoOf(error) === 'ECANCELED') signal?.throwIfAborted();
      throw error;
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
  throw thrown.error;
}
