import type { AppState, Problem } from '../contract/app-state.ts';
import type { Lifecycle } from '../contract/lifecycle.ts';
import { problemWords } from '../words/problems.ts';
import { isAlive } from './lifecycle/plan.ts';
import type { Text } from './text/text.ts';

export const icons = ['idle', 'running', 'busy', 'attention'] as const;
export type Icon = (typeof icons)[number];

/** All that icon, tooltip and menu are drawn from. */
export interface Shown {
  /** Null until an agent has answered. */
  readonly state: AppState | null;
  /** Why there is no agent. */
  readonly problem: Problem | null;
  readonly lifecycle: Lifecycle;
}

/** What needs a person comes before what goes on, and that before what merely is. */
export function iconFor({ state, problem, lifecycle }: Shown): Icon {
  if (problem !== null || lifecycle.phase === 'askingAfterCrash') return 'attention';
  if (lifecycle.phase === 'quitting') {
    return lifecycle.steps.some((step) => step.state === 'failed') ? 'attention' : 'busy';
  }
  if (state === null) return 'idle';
  const { machines } = state;
  if (machines.some(({ progress }) => progress !== null)) return 'busy';
  if (machines.some((one) => one.problem !== null)) return 'attention';
  return machines.some(isAlive) ? 'running' : 'idle';
}

/** One sentence about what the icon means now. */
export function tooltipFor(shown: Shown, text: Text): string {
  const { state, problem, lifecycle } = shown;
  const { tooltip } = text;
  if (problem !== null) return tooltip.attention(problemWords(problem, text).title);
  if (lifecycle.phase === 'askingAfterCrash') return tooltip.asking;
  if (state === null) return tooltip.idle;
  const failed = lifecycle.phase === 'quitting' && lifecycle.steps.find((one) => one.problem);
  if (failed) return tooltip.attention(ofMachine(failed, text));
  const busy = state.machines.find(({ progress }) => progress !== null);
  if (busy !== undefined) return tooltip.busy(busy.name, text.status[busy.status]);
  const ailing = state.machines.find((one) => one.problem !== null);
  if (ailing !== undefined) return tooltip.attention(ofMachine(ailing, text));
  const count = state.machines.filter(isAlive).length;
  return count === 0 ? tooltip.idle : tooltip.running(count);
}

/** The agent's sentence names the machine; one from a table of codes does not. */
function ofMachine(
  { name, problem }: { readonly name: string; readonly problem: Problem | null },
  text: Text,
): string {
  if (problem === null) return name;
  const { title } = problemWords(problem, text);
  return text.problems === null ? title : `${name}: ${title}`;
}

/**
 * The file of an icon in assets/icons. macOS colours templates by itself. On Linux nobody does: the
 * bar of GNOME and Unity is dark whatever the theme, elsewhere the theme tells.
 */
export function iconFile(
  icon: Icon,
  host: { readonly platform: string; readonly desktop: string; readonly isDark: boolean },
): string {
  if (host.platform === 'darwin') return `${icon}Template.png`;
  const isDarkBar = /GNOME|Unity/i.test(host.desktop) || host.isDark;
  return isDarkBar ? `${icon}Light.png` : `${icon}Template.png`;
}
