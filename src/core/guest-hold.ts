import { adopt } from './adopt.ts';
import type { Driver, Place, Session } from './driver.ts';
import { type ErrorCode, fromProblem, type Problem, TorporError, toProblem } from './errors.ts';
import type { Bundle } from './library/bundle.ts';
import * as stateFiles from './saved-state/files.ts';

export interface GuestListeners {
  /** Its status changed, or it came or went. */
  readonly onChange: () => void;
  /** Something happened to it that nobody asked for. */
  readonly onProblem: (problem: Problem) => void;
  /** For what goes wrong where no caller waits. */
  readonly onError: (error: unknown) => void;
}

/** A machine's hold on its guest: there is a session for as long as the guest exists. */
export interface GuestHold {
  readonly session: Session | undefined;
  /** False while the driver could not say whether a guest is there: then nothing must start another. */
  readonly isKnown: boolean;
  /** Why the guest stands although no person paused it; undefined when it runs, or a person did. */
  readonly waitsFor: Problem | undefined;
  /** When it last took hold of a guest, in milliseconds since 1970; 0 when it never did. */
  readonly since: number;
  take(session: Session): void;
  /** Pauses the guest for a reason that will pass, and tells of it. */
  pauseFor(reason: Problem): Promise<void>;
  /**
   * Asks the driver whether an earlier agent left a guest, and takes hold of it; see adopt(). Returns
   * what went wrong, which may be that the driver cannot say.
   */
  look(driver: Driver, place: Place, hasSavedState: boolean): Promise<Problem | undefined>;
  /** Throws what the guest stands for, if its disk failed as soon as it went on. */
  assertGoesOn(): void;
  /** The session, or GUEST_ENDED. */
  mustHave(name: string): Session;
  /** Resolves when the files of the guest that ended last are cleared. */
  ended(): Promise<void>;
  /** Lets go of a running guest without ending it. */
  detach(): Promise<void>;
}

/** A guest that shuts down by itself leaves memory that is worth nothing: it is cleared from `bundle`. */
export function createGuestHold(bundle: Bundle, listeners: GuestListeners): GuestHold {
  const { onChange, onProblem, onError } = listeners;
  let session: Session | undefined;
  let isKnown = false;
  let since = 0;
  let ending: Promise<void> | undefined;
  let waitsFor: Problem | undefined;

  function take(taken: Session): void {
    session = taken;
    waitsFor = undefined;
    since = Date.now();
    taken.on('statusChanged', (status) => {
      if (status === 'running') waitsFor = undefined;
      onChange();
    });
    taken.on('problem', heed);
    taken.on('ended', ({ problem }) => {
      ending = leave(taken, problem).catch(onError);
    });
  }

  /** A disk that fails does so for every request that was under way: that is one problem. */
  function heed(problem: Problem): void {
    if (stops.has(problem.code)) {
      if (waitsFor?.message === problem.message) return;
      waitsFor = problem;
    }
    onProblem(problem);
  }

  async function leave(left: Session, problem: Problem | undefined): Promise<void> {
    if (session !== left) return;
    session = undefined;
    waitsFor = undefined;
    if (problem !== undefined) onProblem(problem);
    else if (!(await stateFiles.hasSavedState(bundle))) await stateFiles.clear(bundle);
    onChange();
  }

  return {
    get session() {
      return session;
    },
    get isKnown() {
      return isKnown;
    },
    get waitsFor() {
      return session?.status === 'paused' ? waitsFor : undefined;
    },
    get since() {
      return since;
    },
    take,

    async pauseFor(reason) {
      await session?.pause('agent');
      heed(reason);
    },

    async look(driver, place, hasSavedState) {
      try {
        const found = await adopt(driver, place, hasSavedState);
        isKnown = true;
        if (found.session !== undefined) take(found.session);
        waitsFor = found.waitsFor;
        return found.problem;
      } catch (error) {
        return toProblem(error);
      }
    },

    assertGoesOn() {
      if (session?.status === 'paused' && waitsFor !== undefined) throw fromProblem(waitsFor);
    },

    mustHave(name) {
      if (session !== undefined) return session;
      throw new TorporError('GUEST_ENDED', `The guest of “${name}” has ended.`);
    },

    ended: async () => ending,

    async detach() {
      await session?.detach();
      session = undefined;
    },
  };
}

/** What the guest stands for until it is resumed. */
const stops: ReadonlySet<ErrorCode> = new Set(['NO_SPACE', 'DISK_UNAVAILABLE']);
