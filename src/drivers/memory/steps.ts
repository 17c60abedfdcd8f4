/** What a test can make fail or wait. */
export type Step =
  | 'start'
  | 'restore'
  | 'adopt'
  | 'pause'
  | 'resume'
  /** The guest stands, nothing is written yet. */
  | 'save'
  /** Everything is written, `save` has not returned yet. */
  | 'written'
  | 'abandon'
  | 'end'
  | 'detach'
  | 'requestStop'
  | 'screenshot'
  | 'setClock'
  | 'activity';

/** A step that waits until a test lets it go on. */
export interface Gate {
  /** Resolves when the step has come to the gate. */
  readonly reached: Promise<void>;
  release(): void;
}

export interface Steps {
  /** Makes the next `step` fail with `error`; called twice, the next two. */
  failNext(step: Step, error: unknown): void;
  /** Makes the next `step` wait at a gate. */
  holdNext(step: Step): Gate;
  /** For the driver: goes through `step`, or throws what a test prepared or the signal's reason. */
  pass(step: Step, signal?: AbortSignal): Promise<void>;
}

export function createSteps(): Steps {
  const failures = new Map<Step, unknown[]>();
  const gates = new Map<
    Step,
    { readonly arrive: () => void; readonly released: Promise<void> }[]
  >();

  return {
    failNext(step, error) {
      failures.set(step, [...(failures.get(step) ?? []), error]);
    },

    holdNext(step) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const gate = { arrive: reached.resolve, released: released.promise };
      gates.set(step, [...(gates.get(step) ?? []), gate]);
      return { reached: reached.promise, release: released.resolve };
    },

    async pass(step, signal) {
      signal?.throwIfAborted();
      const gate = gates.get(step)?.shift();
      if (gate !== undefined) {
        gate.arrive();
        await unlessAborted(gate.released, signal);
      }
      const prepared = failures.get(step);
      if (prepared !== undefined && prepared.length > 0) throw prepared.shift();
    },
  };
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined) {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
