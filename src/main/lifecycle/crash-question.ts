import type { AgentLink } from '../agent-link.ts';
import { recoverable } from './crash.ts';
import type { Life } from './life.ts';

/** After a crash nothing comes back before a person has said what. */
export interface CrashQuestion {
  /** Asks, unless the crash took nothing; says whether it asks. */
  ask(link: Pick<AgentLink, 'state'>, crashed: readonly string[]): boolean;
  /** Brings back the machines named, the most recently used first, and leaves the others. */
  decide(restore: readonly string[]): Promise<void>;
}

export function createCrashQuestion(
  life: Life,
  link: () => Promise<Pick<AgentLink, 'request' | 'state'>>,
): CrashQuestion {
  return {
    ask(current, crashed) {
      const machines = recoverable(current.state().machines, crashed);
      // With every guest still there, there is nothing to choose.
      if (machines.every(({ left }) => left === 'running')) return false;
      life.set({ phase: 'askingAfterCrash', machines });
      return true;
    },

    async decide(restore) {
      const now = life.current();
      if (now.phase !== 'askingAfterCrash') return;
      life.set({ phase: 'running' });
      const { request, state } = await link();
      const asked = now.machines.filter(
        ({ id, left }) => left !== 'running' && restore.includes(id),
      );
      const lastUsed = new Map(state().machines.map((one) => [one.id, one.lastUsed]));
      const ordered = asked.toSorted(
        (a, b) => (lastUsed.get(b.id) ?? 0) - (lastUsed.get(a.id) ?? 0),
      );
      let failure: unknown;
      for (const { id } of ordered) {
        // One that does not come back keeps no other from coming back.
        await request('machine.start', { machine: id, cold: false }).catch((error: unknown) => {
          failure ??= error;
        });
      }
      if (failure !== undefined) throw failure;
    },
  };
}
