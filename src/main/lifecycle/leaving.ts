import { type Problem, toProblem } from '../../core/errors.ts';

export interface LeavingParts {
  /** Lets go of the agent; guests that run, run on. */
  readonly release: () => Promise<void>;
  /** A guest that lives in this process would die with it: the app stays. */
  readonly onHeld: (problem: Problem) => void;
  /** What is left to do once nothing holds the app. */
  readonly lastSteps: () => Promise<void>;
  /** Ends the process: nothing keeps it from that any more. */
  readonly end: () => void;
  readonly onError: (error: unknown) => void;
}

export interface Leaving {
  /**
   * Ends the app; machines that run, run on. Letting go of the agent ends it, which comes here again:
   * the same end is joined. Throws WOULD_LOSE_GUESTS, and can be asked again.
   */
  letGo(): Promise<void>;
  hasLetGo(): boolean;
}

export function createLeaving(parts: LeavingParts): Leaving {
  const { release, onHeld, onError } = parts;
  let hasLetGo = false;
  let leaving: Promise<void> | undefined;

  async function leave(): Promise<void> {
    try {
      await release();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'WOULD_LOSE_GUESTS') {
        leaving = undefined;
        onHeld(problem);
        throw error;
      }
      // Every machine is left already; an app that could not end would be worse.
      onError(error);
    }
    await parts.lastSteps();
    hasLetGo = true;
    parts.end();
  }

  return {
    letGo() {
      leaving ??= leave();
      return leaving;
    },
    hasLetGo: () => hasLetGo,
  };
}
