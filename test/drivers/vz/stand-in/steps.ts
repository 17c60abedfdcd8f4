import type { Failure } from '../../../../src/drivers/vz/native-interface.ts';
import { nativeError } from './failures.ts';

/** Calls that a test can make fail or wait, by their names in the contract. */
export type Step =
  | 'createBookmark'
  | 'open'
  | 'start'
  | 'pause'
  | 'resume'
  | 'requestStop'
  | 'stop'
  | 'save'
  | 'saved'
  | 'restore'
  | 'beginInstall'
  | 'install'
  | 'reconnectNetwork'
  | 'screenshot'
  | 'setMemoryTarget'
  | 'setDisplaySize'
  | 'createAuxiliaryStorage';

export interface Gate {
  readonly reached: Promise<void>;
  release(): void;
}

export interface Steps {
  /** Makes the next call of `step` fail; called twice, the next two. */
  failNext(step: Step, failure: Failure): void;
  holdNext(step: Step): Gate;
  /** For the stand-in: waits at the gate, then throws what was prepared. */
  pass(step: Step): Promise<void>;
  /** As `pass`, for a call that answers at once. */
  passNow(step: Step): void;
}

export function createSteps(): Steps {
  const failures = new Map<Step, Failure[]>();
  const gates = new Map<Step, { arrive: () => void; released: Promise<void> }[]>();

  function passNow(step: Step): void {
    const failure = failures.get(step)?.shift();
    if (failure !== undefined) throw nativeError(failure);
  }

  return {
    passNow,
    failNext(step, failure) {
      failures.set(step, [...(failures.get(step) ?? []), failure]);
    },
    holdNext(step) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const gate = { arrive: reached.resolve, released: released.promise };
      gates.set(step, [...(gates.get(step) ?? []), gate]);
      return { reached: reached.promise, release: released.resolve };
    },
    async pass(step) {
      const gate = gates.get(step)?.shift();
      if (gate !== undefined) {
        gate.arrive();
        await gate.released;
      }
      passNow(step);
    },
  };
}
