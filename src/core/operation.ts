import type { Amount } from './driver.ts';
import {
  assertCanPerform,
  type InFlightStatus,
  isBusy,
  type MachineStatus,
  type Operation,
  transitionOf,
} from './status.ts';

/** What an operation that takes time tells: the status it goes through, bytes, and when it began. */
export interface OperationProgress {
  readonly status: InFlightStatus;
  /** When it began, or the phase that `amount` counts: milliseconds since 1970. */
  readonly startedAt: number;
  readonly amount: Amount | null;
  readonly cancellable: boolean;
}

interface InFlight {
  readonly operation: Operation;
  /** Undefined for an operation that a machine's status does not show. */
  readonly status: InFlightStatus | undefined;
  startedAt: number;
  readonly controller: AbortController;
  readonly settled: Promise<void>;
  amount: Amount | null;
}

/** What an operation does: ends early when the signal says so, and reports bytes as it goes. */
export type Work = (signal: AbortSignal, onProgress: (amount: Amount) => void) => Promise<void>;

/** Room for one operation at a time. */
export interface OperationSlot {
  readonly progress: OperationProgress | undefined;
  /**
   * Runs `work`, or throws as assertCanPerform does when `operation` is not possible in `status`, and
   * BUSY when another one is in flight.
   */
  run(operation: Operation, status: MachineStatus, name: string, work: Work): Promise<void>;
  /** Asks the operation in flight to end; it then fails with CANCELLED. False when there is none that can. */
  cancel(): boolean;
  /** Asks whatever is in flight to end, and waits until it has. */
  clear(): Promise<void>;
  /** Resolves when nothing is in flight; never rejects. */
  settled(): Promise<void>;
  /**
   * How the operation in flight ends: rejects with what it fails with. The same promise whenever it is
   * asked for during one operation; resolved when nothing is in flight.
   */
  outcome(): Promise<void>;
}

export function createOperationSlot(onChange: () => void): OperationSlot {
  let current: InFlight | undefined;

  const settled = async (): Promise<void> => {
    await current?.settled.catch(receivedByCaller);
  };

  return {
    get progress() {
      if (current?.status === undefined) return undefined;
      const { operation, status, startedAt, amount } = current;
      return { status, startedAt, amount, cancellable: isCancellable(operation) };
    },

    async run(operation, status, name, work) {
      assertCanPerform(operation, status, name);
      if (current !== undefined) throw isBusy(operation, name);
      const controller = new AbortController();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const mine: InFlight = {
        operation,
        status: transitionOf(operation).via,
        startedAt: Date.now(),
        controller,
        settled: promise,
        amount: null,
      };
      current = mine;
      onChange();
      try {
        work(controller.signal, (amount) => {
          // Its amounts count anew, and so does the time that is left.
          if (amount.phase !== mine.amount?.phase) mine.startedAt = Date.now();
          mine.amount = amount;
          onChange();
        }).then(resolve, reject);
        await promise;
      } finally {
        current = undefined;
        onChange();
      }
    },

    cancel() {
      if (current === undefined || !isCancellable(current.operation)) return false;
      current.controller.abort();
      return true;
    },

    async clear() {
      current?.controller.abort();
      await settled();
    },

    settled,
    outcome: () => current?.settled ?? Promise.resolve(),
  };
}

function isCancellable(operation: Operation): boolean {
  return operation === 'suspend' || operation === 'restore' || operation === 'requestStop';
}

/** A failure reaches whoever asked for the operation; who merely waits for its end has no use for it. */
function receivedByCaller(): void {}
