/**
 * The app's way to the agent of its library: its own, in this process, or one that runs already
 * (docs/decisions/0008-the-app-and-another-agent.md).
 */
import { type Agent, type AgentOptions, startAgent } from '../agent/agent.ts';
import { parseParams } from '../agent/control/params.ts';
import type { HandledName } from '../agent/handlers.ts';
import { connectIfRunning } from '../agent/running.ts';
import type { AppState } from '../contract/app-state.ts';
import type { Client } from '../contract/json-rpc.ts';
import type { Events, Params, Result } from '../contract/requests.ts';
import { toTorporError } from '../core/errors.ts';

export interface AgentLink {
  /** Whose the agent is: what this app started ends with it. */
  readonly ownership: 'own' | 'other';
  /** Null when only the other agent knows. */
  readonly logPath: string | null;
  state(): AppState;
  /** Parameters are checked, wherever they come from: BAD_REQUEST. */
  request<N extends HandledName>(name: N, params: Params<N>): Promise<Result<N>>;
  on<K extends keyof Events>(kind: K, listener: (payload: Events[K]) => void): () => void;
  /** Lets go. Guests that run go on: decide what becomes of them before. */
  release(): Promise<void>;
  /** Resolves when the agent has ended, whoever asked for it. */
  readonly ended: Promise<void>;
}

/**
 * Starts the agent of the library, or joins the one that owns it. Throws what startAgent throws, and
 * LIBRARY_IN_USE when its owner does not answer.
 */
export async function openLink(options: AgentOptions): Promise<AgentLink> {
  try {
    return ownLink(await startAgent(options));
  } catch (error) {
    if (toTorporError(error).code !== 'LIBRARY_IN_USE') throw error;
    const client = await connectIfRunning(options.library);
    if (client === undefined) throw error;
    return await otherLink(client);
  }
}

/** An agent in this process. */
export function ownLink(agent: Agent): AgentLink {
  return {
    ownership: 'own',
    logPath: agent.logPath,
    state: agent.state,
    request: async (name, params) => agent.handle[name](parseParams(name, params)),
    on: (kind, listener) => agent.on(kind, listener),
    release: agent.detach,
    ended: agent.ended.then(() => {}),
  };
}

/** An agent in another process, which checks what it is sent. */
export async function otherLink(client: Client): Promise<AgentLink> {
  let state: AppState | undefined;
  client.on('state', (told) => {
    state = told;
  });
  await client.request('events.subscribe', { kinds: ['state', 'notice'] });
  const first = await client.request('state.get', {});
  return {
    ownership: 'other',
    logPath: null,
    state: () => state ?? first,
    request: (name, params) => client.request(name, params),
    on: (kind, listener) => client.on(kind, listener),
    async release() {
      client.close();
      await client.closed;
    },
    ended: client.closed,
  };
}
