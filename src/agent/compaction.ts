import type { Problem } from '../core/errors.ts';
import { toProblem } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import type { Clock } from './clock.ts';
import { createQueue } from './queue.ts';

/** Compacts and encrypts saved states, one at a time, as it is asked to or when a person set it up. */
export interface Compaction {
  /** From now on states older than so many days, or none, are compacted in the background. */
  setDays(days: number | null): void;
  /** Compacts the state of one machine, after those that were asked for before. Throws as StateForm.compact. */
  compact(machine: Machine): Promise<void>;
  /** Looks now, as it does again and again while there is a state that is due or will be. */
  begin(): void;
  /** After every change of a machine: there may be a state more to look at. */
  update(): void;
  /** Ends what is under way; nothing is compacted from then on. */
  close(): Promise<void>;
}

export interface CompactionOptions {
  readonly machines: () => readonly Machine[];
  readonly isHeld: (machine: Machine) => boolean;
  /** Tells of a state that could not be compacted or encrypted. */
  readonly tell: (machine: Machine, problem: Problem) => void;
  readonly clock: Clock;
  /** Milliseconds since 1970: a saved state outlives the computer’s uptime. */
  readonly now?: () => number;
}

const lookEveryMs = 10 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * In the background, only while no operation is in flight on any machine. A state that is to be
 * encrypted is not waited for: its suspension was interrupted, or the policy is new. One that fails is
 * told about once and left alone until the guest has run again.
 */
export function createCompaction(options: CompactionOptions): Compaction {
  const { now = () => Date.now() } = options;
  const failed = new WeakMap<Machine, string>();
  const tidied = new WeakSet<Machine>();
  let days: number | null = null;
  const serially = createQueue();
  let looking: Promise<void> | undefined;
  let stop: (() => void) | undefined;
  let isClosed = false;

  function isDue(machine: Machine): boolean {
    const { savedState, config } = machine;
    if (savedState === undefined || failed.get(machine) === savedState.createdAt) return false;
    if (config.policy.encryptStates === true) return savedState.form !== 'encrypted';
    if (days === null || savedState.form !== undefined) return false;
    return now() - Date.parse(savedState.createdAt) >= days * dayMs;
  }

  function isFree(machine: Machine): boolean {
    return machine.status === 'suspended' && !options.isHeld(machine);
  }

  function isQuiet(): boolean {
    return options.machines().every(({ progress }) => progress === undefined);
  }

  async function look(): Promise<void> {
    for (const machine of options.machines()) {
      if (isClosed || !isQuiet()) return;
      if (!isFree(machine)) continue;
      await inBackground(machine, async () => {
        if (!tidied.has(machine)) await machine.form.tidy();
        tidied.add(machine);
        if (isFree(machine) && isQuiet() && isDue(machine)) await compact(machine);
      });
    }
  }

  async function inBackground(machine: Machine, work: () => Promise<void>): Promise<void> {
    const { savedState } = machine;
    try {
      await work();
    } catch (error) {
      const problem = toProblem(error);
      // Somebody needed the machine: it is looked at again.
      if (problem.code === 'CANCELLED' || problem.code === 'BUSY') return;
      failed.set(machine, savedState?.createdAt ?? '');
      options.tell(machine, problem);
    }
  }

  function compact(machine: Machine): Promise<void> {
    return serially(() => machine.form.compact());
  }

  /** Whether it is due, or will be. */
  function canBeDue({ status, savedState, config }: Machine): boolean {
    if (status !== 'suspended' || savedState?.form === 'encrypted') return false;
    return (
      config.policy.encryptStates === true || (days !== null && savedState?.form === undefined)
    );
  }

  function update(): void {
    const isWorth = !isClosed && options.machines().some(canBeDue);
    if (!isWorth) {
      stop?.();
      stop = undefined;
    } else stop ??= options.clock.every(lookEveryMs, begin);
  }

  function begin(): void {
    if (isClosed) return;
    looking ??= look().finally(() => {
      looking = undefined;
      update();
    });
  }

  return {
    setDays(next) {
      days = next;
      update();
      begin();
    },
    compact,
    begin,
    update,
    async close() {
      isClosed = true;
      update();
      await Promise.all(options.machines().map((machine) => machine.form.endWork()));
      await looking;
    },
  };
}
