import type { Session } from '../core/driver.ts';
import type { Machine } from '../core/machine.ts';
import type { Clock } from './clock.ts';
import { isIdle, lookAt, lookInterval, type Quiet } from './idle.ts';

/** Suspends machines that nobody uses, when it is told to. */
export interface IdleWatch {
  /** After so many minutes, or never. */
  setMinutes(minutes: number | null): void;
  /** A person does something with the machine's guest. */
  noteInput(machine: Machine): void;
  /** After every change of a machine: there may be a guest more, or one less, to look at. */
  update(): void;
  close(): void;
}

export interface IdleWatchOptions {
  readonly machines: () => readonly Machine[];
  /** Suspends it, unless other work holds it. */
  readonly suspend: (machine: Machine) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** No timer runs, and nothing is read, unless idle guests are to be suspended and one could be. */
export function createIdleWatch(options: IdleWatchOptions): IdleWatch {
  const { clock } = options;
  const known = new Map<Session, Quiet>();
  const lastInputs = new WeakMap<Machine, number>();
  let minutes: number | null = null;
  let stop: (() => void) | undefined;

  const watched = (): readonly (readonly [Machine, Session])[] =>
    options.machines().flatMap((machine) => {
      const { session, status } = machine;
      const isWatched = status === 'running' && session?.activity?.available === true;
      return isWatched ? [[machine, session] as const] : [];
    });

  async function look(machine: Machine, session: Session): Promise<void> {
    const cpuSeconds = await cpuSecondsOf(session);
    // Meanwhile it may have been paused, or somebody may have changed the setting.
    if (machine.session !== session || machine.status !== 'running' || minutes === null) return;
    const lastInput = lastInputs.get(machine) ?? 0;
    const quiet = lookAt(known.get(session), { at: clock.now(), cpuSeconds, lastInput });
    known.set(session, quiet);
    if (!isIdle(quiet, minutes)) return;
    // One that cannot be suspended is tried again after as many minutes, not every minute.
    known.delete(session);
    await options.suspend(machine);
  }

  async function cpuSecondsOf({ activity }: Session): Promise<number | undefined> {
    try {
      return activity?.available ? (await activity.use()).cpuSeconds : undefined;
    } catch (error) {
      options.onError(error);
      return undefined;
    }
  }

  function lookAll(): void {
    for (const [machine, session] of watched()) {
      look(machine, session).catch(options.onError);
    }
  }

  function update(): void {
    const sessions = new Set(watched().map(([, session]) => session));
    for (const session of known.keys()) if (!sessions.has(session)) known.delete(session);
    if (minutes === null || sessions.size === 0) {
      stop?.();
      stop = undefined;
      return;
    }
    stop ??= clock.every(lookInterval, lookAll);
  }

  return {
    setMinutes(next) {
      minutes = next;
      known.clear();
      update();
    },
    noteInput(machine) {
      lastInputs.set(machine, clock.now());
    },
    update,
    close() {
      minutes = null;
      update();
    },
  };
}
