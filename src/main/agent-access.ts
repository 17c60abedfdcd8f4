import { setTimeout as delay } from 'node:timers/promises';
import type { AppState, Problem } from '../contract/app-state.ts';
import type { Notice } from '../contract/requests.ts';
import { toProblem } from '../core/errors.ts';
import type { AgentLink } from './agent-link.ts';

/** How often, and with how many milliseconds between, a library is asked for that another agent is leaving. */
const patience = 100;
const interval = 100;

export interface AgentAccess {
  /** Resolves with the agent; rejects with why there is none. */
  readonly link: () => Promise<AgentLink>;
  /** The agent that there is now, if any. */
  readonly now: () => AgentLink | undefined;
  readonly problem: () => Problem | null;
}

export interface AgentAccessEvents {
  readonly onLink: (link: AgentLink) => void;
  readonly onState: (state: AppState, link: AgentLink) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onProblem: (problem: Problem) => void;
  /** Our own agent was ended by a client: this app has nothing to do any more. */
  readonly onOwnEnded: () => void;
}

/**
 * Opens the link to the agent, and another one when that of another process has ended: the app
 * then starts its own.
 */
export function createAgentAccess(
  open: () => Promise<AgentLink>,
  events: AgentAccessEvents,
): AgentAccess {
  let now: AgentLink | undefined;
  let problem: Problem | null = null;
  let opening = begin(0);

  /** An agent that ends closes its connections some moments before it gives up the library. */
  async function openPatiently(times: number): Promise<AgentLink> {
    try {
      return await open();
    } catch (error) {
      if (times === 0 || toProblem(error).code !== 'LIBRARY_IN_USE') throw error;
      await delay(interval);
      return openPatiently(times - 1);
    }
  }

  async function begin(times: number): Promise<AgentLink> {
    try {
      const link = await openPatiently(times);
      now = link;
      problem = null;
      events.onLink(link);
      link.on('state', (state) => {
        if (now === link) events.onState(state, link);
      });
      link.on('notice', events.onNotice);
      events.onState(link.state(), link);
      void link.ended.then(() => afterEnd(link));
      return link;
    } catch (error) {
      problem = toProblem(error);
      events.onProblem(problem);
      throw error;
    }
  }

  function afterEnd(link: AgentLink): void {
    if (now !== link) return;
    now = undefined;
    if (link.ownership === 'own') events.onOwnEnded();
    else {
      opening = begin(patience);
      opening.catch(heardByEvents);
    }
  }

  opening.catch(heardByEvents);
  return { link: () => opening, now: () => now, problem: () => problem };
}

function heardByEvents(): void {}
