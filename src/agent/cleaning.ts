import type { AgentContext } from './context.ts';
import { cleanOutdated } from './requests/clean.ts';

/** Deletes states that were set aside long ago, when a person has said how long ago. */
export interface Cleaning {
  /** From now on those that are older than so many days, or none. Cleans at once. */
  setDays(days: number | null): Promise<void>;
  /** After work on machines has ended. */
  update(): void;
}

/** Looks when it is told to and at no other time. */
export function createCleaning(context: AgentContext): Cleaning {
  let days: number | null = null;
  let running: Promise<void> | undefined;

  async function clean(): Promise<void> {
    const limit = days;
    if (limit === null) return;
    // One after another: each looks at what the one before has left.
    const before = running;
    running = (async () => {
      await before;
      await cleanOutdated(context, limit);
    })();
    await running;
  }

  return {
    async setDays(next) {
      days = next;
      await clean();
    },
    update: () => void clean(),
  };
}
