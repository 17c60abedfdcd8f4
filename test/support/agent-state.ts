import type { Agent } from '../../src/agent/agent.ts';
import type { AppState, MachineView } from '../../src/contract/app-state.ts';

/** The first state of the agent, now or later, for which `holds`. */
export function stateWhere(agent: Agent, holds: (state: AppState) => boolean): Promise<AppState> {
  return new Promise((resolve) => {
    const now = agent.state();
    if (holds(now)) {
      resolve(now);
      return;
    }
    const off = agent.on('state', (state) => {
      if (!holds(state)) return;
      off();
      resolve(state);
    });
  });
}

/** The machine called `name` once it is as `holds` says. */
export async function machineWhere(
  agent: Agent,
  name: string,
  holds: (machine: MachineView) => boolean,
): Promise<MachineView> {
  const find = (state: AppState) => state.machines.find((one) => one.name === name && holds(one));
  const found = find(await stateWhere(agent, (state) => find(state) !== undefined));
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}

export function statusesOf(state: AppState): Record<string, string> {
  return Object.fromEntries(state.machines.map(({ name, status }) => [name, status]));
}
