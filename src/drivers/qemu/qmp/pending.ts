import { TorporError } from '../../../core/errors.ts';

/** What may end waiting early. No time limit without `timeoutMs` (milliseconds). */
export interface Limits {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A promise that is settled from outside, once; what comes later does nothing. */
export interface Pending<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: TorporError): void;
}

/**
 * Makes a promise that `limits` can end: with TIMED_OUT (or what `onTimeout` makes) after the time,
 * with CANCELLED (or the signal's reason, when that is a TorporError) on abort. `onSettled` runs
 * once, whatever the end, before anyone who awaits hears of it. Throws at once, with nothing begun,
 * when the signal is aborted already.
 */
export function createPending<Value>(
  what: string,
  limits: Limits,
  onSettled: () => void,
  onTimeout: (timeoutMs: number) => TorporError = (timeoutMs) => timedOut(what, timeoutMs),
): Pending<Value> {
  const { timeoutMs, signal } = limits;
  if (signal?.aborted === true) throw cancelled(what, signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  let settled = false;
  let timer: NodeJS.Timeout | undefined;

  function settleOnce(settle: () => void): void {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    onSettled();
    settle();
  }

  function abort(): void {
    settleOnce(() => reject(cancelled(what, signal?.reason)));
  }

  if (timeoutMs !== undefined) {
    timer = setTimeout(() => settleOnce(() => reject(onTimeout(timeoutMs))), timeoutMs);
  }
  signal?.addEventListener('abort', abort, { once: true });

  return {
    promise,
    resolve: (value) => settleOnce(() => resolve(value)),
    reject: (error) => settleOnce(() => reject(error)),
  };
}

function timedOut(what: string, timeoutMs: number): TorporError {
  return new TorporError('TIMED_OUT', `${what} took longer than ${timeoutMs / 1000} s.`, {
    details: { timeoutMs },
  });
}

function cancelled(what: string, reason: unknown): TorporError {
  if (reason instanceof TorporError) return reason;
  return new TorporError('CANCELLED', `${what} was cancelled.`, { cause: reason });
}
