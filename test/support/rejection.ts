import { TorporError } from '../../src/core/errors.ts';

/** The TorporError a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<TorporError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TorporError) return error;
  throw new Error(`expected a TorporError, got ${String(error)}`);
}
