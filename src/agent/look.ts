import { type Problem, toProblem } from '../core/errors.ts';
import type { Machines } from './machines.ts';

/**
 * Scans the library again and never rejects: a library that cannot be read, because its volume is
 * gone, is told about once and not at every look. The machines stay listed as they were.
 */
export function lookAgain(
  machines: Machines,
  tell: (problem: Problem) => void,
): () => Promise<void> {
  let told: string | undefined;
  return async () => {
    try {
      await machines.rescan();
      told = undefined;
    } catch (error) {
      const problem = toProblem(error);
      if (problem.message !== told) tell(problem);
      told = problem.message;
    }
  };
}
