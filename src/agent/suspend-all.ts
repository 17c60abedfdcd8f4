import type { Report } from '../contract/requests.ts';
import type { Policy } from '../core/config.ts';
import { TorporError, toProblem } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import { mapBounded } from './bounded.ts';
import type { Log } from './log.ts';
import { describe } from './requests/operate.ts';
import type { Wishes } from './wishes.ts';

export interface SuspendAllOptions {
  readonly reason: SaveReason;
  /** How many machines at a time. */
  readonly bound: number;
  /** What becomes of one machine; `suspend` for all of them when a person asked for that. */
  readonly how: (machine: Machine) => Policy['onQuit'];
  readonly wishes: Wishes;
  readonly log: Log;
  /** The deadline. What is not saved by then is given up, its guest runs on. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Suspends every machine whose guest is there or about to be, or stops it, or leaves it, and reports
 * on each in the order given. One that fails keeps none of the others from being saved. A machine in
 * flight is waited for first.
 */
export function suspendAll(
  machines: readonly Machine[],
  options: SuspendAllOptions,
): Promise<Report[]> {
  const alive = machines.filter(isAlive);
  return mapBounded(alive, options.bound, async (machine) => {
    const began = performance.now();
    try {
      await leave(machine, options);
      return describe(machine, began);
    } catch (error) {
      options.log.error({ machine: machine.config.name, error }, 'could not be saved');
      return { ...describe(machine, began), problem: toProblem(error) };
    }
  });
}

function isAlive(machine: Machine): boolean {
  return machine.session !== undefined || machine.progress !== undefined;
}

async function leave(machine: Machine, options: SuspendAllOptions): Promise<void> {
  const { how, signal, wishes, reason } = options;
  if (how(machine) === 'keepRunning' || how(machine) === 'stop') {
    await untilDeadline(machine, signal, () => quiet(machine));
    if (machine.session === undefined) return;
    // A guest that lives in this process cannot run on without it.
    if (how(machine) === 'keepRunning' && machine.session.endsWithProcess !== true) return;
    if (how(machine) === 'stop' && (await stopped(machine, options))) return;
  }
  const suspend = async () => {
    if (machine.session !== undefined) await machine.suspend(reason);
  };
  await untilDeadline(machine, signal, () => wishes.suspended(machine, suspend));
}

/** A guest that will not stop is suspended instead, so that nothing of it is lost. */
async function stopped(machine: Machine, { signal, log }: SuspendAllOptions): Promise<boolean> {
  if (machine.status !== 'running') return false;
  try {
    await untilDeadline(machine, signal, () => machine.requestStop());
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    log.warn({ machine: machine.config.name, error }, 'did not stop and is suspended instead');
    return machine.session === undefined;
  }
}

/** Resolves when no operation is in flight, also none that began meanwhile. */
async function quiet(machine: Machine): Promise<void> {
  while (machine.progress !== undefined) await machine.settled();
}

/** At the deadline whatever the machine does is cancelled where it can be, and waited for. */
async function untilDeadline(
  machine: Machine,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  if (signal?.aborted) throw timedOut(machine);
  const cancel = (): void => {
    machine.cancel();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    await work();
  } catch (error) {
    throw signal?.aborted ? timedOut(machine, error) : error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

function timedOut({ config }: Machine, cause?: unknown): TorporError {
  return new TorporError('TIMED_OUT', `“${config.name}” was not saved before the deadline.`, {
    hint: 'Its guest runs on, and the next agent finds it.',
    cause,
  });
}
