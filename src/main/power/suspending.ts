import type { AgentLink } from '../agent-link.ts';

export type PowerReason = 'sleep' | 'battery';

export interface PowerSuspension {
  /** Suspends everything that runs; resolves with how many were suspended by it. Never rejects. */
  suspend(reason: PowerReason): Promise<number>;
  /** Brings back what the last suspension for `reason` took, unless a person was faster. Never rejects. */
  bringBack(reason: PowerReason): Promise<void>;
}

/** Suspends machines for the computer's sake, and remembers which. */
export function createPowerSuspension(
  link: () => Pick<AgentLink, 'state' | 'request'> | undefined,
  onError: (error: unknown) => void,
): PowerSuspension {
  const taken = new Map<PowerReason, readonly string[]>();

  return {
    async suspend(reason) {
      const agent = link();
      if (agent === undefined) return 0;
      const running = agent.state().machines.filter(({ status }) => status === 'running');
      try {
        await agent.request('machine.suspendAll', { reason });
      } catch (error) {
        onError(error);
      }
      const suspended = agent
        .state()
        .machines.filter(
          ({ id, status }) => status === 'suspended' && running.some((one) => one.id === id),
        )
        .map(({ id }) => id);
      taken.set(reason, suspended);
      return suspended.length;
    },

    async bringBack(reason) {
      const agent = link();
      const ids = taken.get(reason) ?? [];
      taken.delete(reason);
      for (const id of ids) {
        const machine = agent?.state().machines.find((one) => one.id === id);
        if (machine?.status !== 'suspended' || machine.savedState?.reason !== reason) continue;
        await agent?.request('machine.resume', { machine: id }).catch(onError);
      }
    },
  };
}
