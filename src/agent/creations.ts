import type { CreationStep, CreationView } from '../contract/app-state.ts';
import { TorporError, toTorporError } from '../core/errors.ts';

/** The machines that are being made, which have no bundle in the library yet. */
export interface Creations {
  all(): readonly CreationView[];
  /**
   * Runs `work`, which is called in the same turn, as the making of a machine that everybody can see
   * and cancel. Throws CANCELLED when somebody did.
   */
  run<T>(machine: NewMachine, work: (control: CreationControl) => Promise<T>): Promise<T>;
  /** Asks the creation with this id or name to end. False when there is none that can. */
  cancel(reference: string): boolean;
  /** Asks every creation to end, and resolves when all have: nothing of theirs is written any more. */
  clear(): Promise<void>;
}

export interface NewMachine {
  readonly id: string;
  readonly name: string;
}

/** How what makes a machine tells of it, and hears that it shall end. */
export interface CreationControl {
  readonly signal: AbortSignal;
  /** What is done now; of a step whose length is known also the fraction, from 0 to 1. */
  tell(step: CreationStep, fraction?: number): void;
  /** Call it before the rename that makes the machine: from then on it cannot be cancelled. */
  commit(): void;
}

interface Creation {
  view: CreationView;
  readonly controller: AbortController;
  readonly settled: Promise<unknown>;
}

/** `onChange` is called after each step and each fraction. */
export function createCreations(onChange: () => void): Creations {
  const creations = new Set<Creation>();

  function controlOf(creation: Creation): CreationControl {
    const { signal } = creation.controller;
    const update = (changes: Partial<CreationView>): void => {
      creation.view = { ...creation.view, ...changes };
      onChange();
    };
    return {
      signal,
      tell(step, fraction) {
        const isNew = creation.view.step !== step;
        update({
          step,
          fraction: fraction ?? null,
          ...(isNew ? { stepStartedAt: Date.now() } : {}),
        });
      },
      commit() {
        signal.throwIfAborted();
        update({ cancellable: false });
      },
    };
  }

  function cancel({ view, controller }: Creation): boolean {
    if (view.cancellable) controller.abort();
    return view.cancellable;
  }

  return {
    all: () => [...creations].map(({ view }) => view),

    async run({ id, name }, work) {
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      const creation: Creation = {
        view: {
          ...{ id, name, step: 'preparing', fraction: null, cancellable: true },
          stepStartedAt: Date.now(),
        },
        controller: new AbortController(),
        settled,
      };
      creations.add(creation);
      onChange();
      try {
        return await work(controlOf(creation));
      } catch (error) {
        throw toTorporError(error).code === 'CANCELLED' ? cancelled(name, error) : error;
      } finally {
        creations.delete(creation);
        resolve();
        onChange();
      }
    },

    cancel(reference) {
      const found = [...creations].find(
        ({ view }) => view.id === reference || view.name === reference,
      );
      return found !== undefined && cancel(found);
    },

    async clear() {
      const all = [...creations];
      for (const creation of all) cancel(creation);
      await Promise.all(all.map(({ settled }) => settled));
    },
  };
}

function cancelled(name: string, cause: unknown): TorporError {
  return new TorporError('CANCELLED', `“${name}” was not made: it was cancelled.`, {
    hint: 'Nothing of it is left; what it was to be made from is as it was.',
    cause,
  });
}
