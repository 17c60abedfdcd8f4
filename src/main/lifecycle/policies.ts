import type { AppState } from '../../contract/app-state.ts';
import type { AgentLink } from '../agent-link.ts';
import { isAlive, type QuitPolicy } from './plan.ts';

/** How the machines that are alive are meant to be left: read when they come alive, for it cannot change then. */
export interface QuitPolicies {
  /** `suspend` until it is known, which loses nothing. */
  of(id: string): QuitPolicy;
  update(link: Pick<AgentLink, 'request'>, state: AppState): void;
  /** Resolves when every policy that was asked for is known. */
  known(): Promise<void>;
}

export function createQuitPolicies(
  onChange: () => void,
  onError: (error: unknown) => void,
): QuitPolicies {
  const policies = new Map<string, QuitPolicy>();
  const reading = new Map<string, Promise<void>>();

  async function read(link: Pick<AgentLink, 'request'>, id: string): Promise<void> {
    try {
      const { config } = await link.request('machine.show', { machine: id });
      if (config === null || !reading.has(id)) return;
      policies.set(id, config.policy.onQuit);
      onChange();
    } catch (error) {
      onError(error);
    }
  }

  return {
    of: (id) => policies.get(id) ?? 'suspend',
    update(link, { machines }) {
      const alive = machines.filter(isAlive).map(({ id }) => id);
      for (const id of reading.keys()) {
        if (alive.includes(id)) continue;
        reading.delete(id);
        policies.delete(id);
      }
      for (const id of alive) if (!reading.has(id)) reading.set(id, read(link, id));
    },
    async known() {
      await Promise.all(reading.values());
    },
  };
}
