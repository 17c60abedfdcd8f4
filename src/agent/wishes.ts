import { TorporError, toTorporError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import type { InFlightStatus } from '../core/status.ts';

/**
 * What people want of machines that may be in flight. Whoever asks last is heeded: a wish that waits
 * when another one comes fails with CANCELLED. docs/architecture.md has the table of outcomes.
 */
export interface Wishes {
  /**
   * The guest shall run. A suspension in flight is cancelled, what leads to a running guest is joined;
   * when the guest then does not run, `act` makes it.
   */
  running(machine: Machine, act: () => Promise<void>): Promise<void>;
  /**
   * The machine shall be suspended. A suspension in flight is joined, anything else is waited for; when
   * the machine is then not suspended, `act` suspends it.
   */
  suspended(machine: Machine, act: () => Promise<void>): Promise<void>;
  /** Cancels what is in flight and what waits for its end. False when nothing that can be cancelled is. */
  cancel(machine: Machine): boolean;
}

type Goal = 'running' | 'suspended';

export function createWishes(): Wishes {
  const latest = new WeakMap<Machine, symbol>();
  /** The operations that were cancelled for a later wish. */
  const givenUp = new WeakSet<Promise<void>>();

  async function reach(machine: Machine, goal: Goal, act: () => Promise<void>): Promise<void> {
    const mine = Symbol();
    latest.set(machine, mine);
    let hasWaited = false;
    while (machine.progress !== undefined) {
      const joins = leadsTo[machine.progress.status] === goal;
      const outcome = machine.outcome();
      if (goal === 'running' && machine.progress.status === 'suspending') {
        machine.cancel();
        givenUp.add(outcome);
      }
      const failure = await failureOf(outcome);
      hasWaited = true;
      if (latest.get(machine) !== mine) throw overtaken(machine);
      if (!joins || givenUp.has(outcome)) continue;
      if (failure !== undefined) throw toTorporError(failure);
      return;
    }
    if (hasWaited && machine.status === goal) return;
    await act();
  }

  return {
    running: (machine, act) => reach(machine, 'running', act),
    suspended: (machine, act) => reach(machine, 'suspended', act),
    cancel(machine) {
      latest.delete(machine);
      return machine.cancel();
    },
  };
}

const leadsTo: Readonly<Record<InFlightStatus, Goal | undefined>> = {
  starting: 'running',
  resuming: 'running',
  restoring: 'running',
  suspending: 'suspended',
  pausing: undefined,
  stopping: undefined,
};

function failureOf(outcome: Promise<void>): Promise<unknown> {
  return outcome.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function overtaken({ config }: Machine): TorporError {
  return new TorporError('CANCELLED', `Something else was asked of “${config.name}” since.`);
}
