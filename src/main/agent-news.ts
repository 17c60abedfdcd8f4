/** What the app does when its agent tells something: each listener hears of it here, and in this order. */
import type { AppState, Problem } from '../contract/app-state.ts';
import type { Notice } from '../contract/requests.ts';
import type { AgentAccessEvents } from './agent-access.ts';
import type { AgentLink } from './agent-link.ts';
import type { RunMarker } from './lifecycle/crash.ts';
import type { CrashQuestion } from './lifecycle/crash-question.ts';
import type { QuitPolicies } from './lifecycle/policies.ts';
import { type Notifier, toldOf } from './notifications.ts';
import type { Text } from './text/text.ts';
import type { Unattended } from './unattended.ts';

export interface AgentNewsParts {
  readonly marker: RunMarker;
  readonly crash: () => CrashQuestion;
  readonly policies: QuitPolicies;
  readonly unattended: Unattended;
  readonly notifier: Notifier;
  readonly text: () => Text;
  /** The state as it is known, if it is. */
  readonly state: () => AppState | undefined;
  readonly showPanel: () => void;
  readonly tellPages: {
    readonly state: (state: AppState) => void;
    readonly notice: (notice: Notice) => void;
  };
  /** Hands the settings to an agent that has just come. */
  readonly tellSettings: (link: AgentLink) => void;
  readonly draw: () => void;
}

export function agentNews(parts: AgentNewsParts): Pick<
  AgentAccessEvents,
  'onLink' | 'onState' | 'onNotice'
> & {
  /** Tells a person of a problem that no page shows. */
  readonly tellProblem: (problem: Problem, about?: string, machine?: string | null) => void;
} {
  const { marker, crash, policies, unattended, notifier, text, draw } = parts;

  function tellProblem(
    problem: Problem,
    about: string = problem.message,
    machine: string | null = null,
  ): void {
    const name = parts.state()?.machines.find(({ id }) => id === machine)?.name;
    notifier.tell(toldOf(problem, about, text(), name));
  }

  return {
    tellProblem,

    onLink(link) {
      parts.tellSettings(link);
      if (link.ownership === 'other' || marker.crashed === null) return;
      if (crash().ask(link, marker.crashed)) parts.showPanel();
      else notifier.tell({ about: 'crash', title: 'Torpor', body: text().notice.ranOn });
    },

    onState(state, link) {
      marker.note(link.ownership === 'own' ? state : { ...state, machines: [] });
      policies.update(link, state);
      unattended.update(state);
      parts.tellPages.state(state);
      draw();
    },

    onNotice(notice) {
      parts.tellPages.notice(notice);
      const { code, details = {} } = notice.problem;
      // The panel asks.
      if (code === 'WINDOW_CLOSING') parts.showPanel();
      // Of the library's own volume the state tells too.
      const library = parts.state()?.library.path;
      if (code === 'SPACE_LOW' && library && String(details.path).startsWith(library)) return;
      tellProblem(notice.problem, `${code} ${notice.machine}`, notice.machine);
    },
  };
}
