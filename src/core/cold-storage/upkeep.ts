import type { Amount } from '../driver.ts';
import { TorporError } from '../errors.ts';

/**
 * Work on the saved state of a machine that makes way for everything else: a compaction. It is no
 * operation, the machine stays suspended and can be resumed at any time.
 */
export interface Upkeep {
  /** How far it is; undefined when there is none. */
  readonly amount: Amount | undefined;
  /** Throws BUSY while there is one. */
  run(name: string, work: UpkeepWork): Promise<void>;
  /** Asks it to end; it then fails with CANCELLED. False when there is none. */
  cancel(): boolean;
  /** Asks it to end, and waits until it has. */
  end(): Promise<void>;
}

export type UpkeepWork = (
  signal: AbortSignal,
  onProgress: (amount: Amount) => void,
) => Promise<void>;

export function createUpkeep(onChange: () => void): Upkeep {
  let current: { controller: AbortController; amount: Amount; ended: Promise<void> } | undefined;

  return {
    get amount() {
      return current?.amount;
    },

    async run(name, work) {
      if (current !== undefined) {
        throw new TorporError('BUSY', `The saved state of “${name}” is being compacted.`, {
          hint: 'Wait until that has finished, or cancel it.',
        });
      }
      const controller = new AbortController();
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const mine = { controller, amount: { done: 0, total: 0 }, ended };
      current = mine;
      onChange();
      try {
        await work(controller.signal, (amount) => {
          mine.amount = amount;
          onChange();
        });
      } finally {
        current = undefined;
        resolve();
        onChange();
      }
    },

    cancel() {
      current?.controller.abort();
      return current !== undefined;
    },

    async end() {
      current?.controller.abort();
      await current?.ended;
    },
  };
}
