import { shell } from 'electron';
import { type Problem, toProblem } from '../core/errors.ts';
import type { AgentLink } from './agent-link.ts';
import type { Quit } from './lifecycle/quit.ts';
import type { MenuAction, MenuOperation } from './menu.ts';
import type { Windows } from './windows.ts';

export interface MenuActionParts {
  readonly link: () => Promise<AgentLink>;
  readonly openPanel: () => Promise<void>;
  readonly quitApp: () => void;
  readonly windows: Windows;
  readonly quit: Quit;
  /** A menu has no place to say what went wrong. */
  readonly onProblem: (problem: Problem) => void;
}

/** Does what was clicked in the menu. */
export function createMenuActions(parts: MenuActionParts): (action: MenuAction) => void {
  async function perform(action: MenuAction): Promise<void> {
    switch (action.do) {
      case 'panel':
        return parts.openPanel();
      case 'window':
        return parts.windows.open(action.open);
      case 'quit':
        return parts.quitApp();
      case 'cancelQuit':
        return parts.quit.cancel();
      case 'suspendAll':
        return suspendAll(await parts.link());
      case 'library':
        await shell.openPath((await parts.link()).state().library.path);
        return;
      case 'machine':
        return operate(await parts.link(), action.machine, action.operation);
    }
  }

  async function suspendAll(link: AgentLink): Promise<void> {
    const reports = await link.request('machine.suspendAll', { reason: 'user' });
    for (const { problem } of reports) if (problem !== undefined) parts.onProblem(problem);
  }

  return (action) => {
    perform(action).catch((error: unknown) => {
      const problem = toProblem(error);
      if (problem.code !== 'CANCELLED') parts.onProblem(problem);
    });
  };
}

async function operate(link: AgentLink, machine: string, operation: MenuOperation): Promise<void> {
  switch (operation) {
    case 'start':
      await link.request('machine.start', { machine, cold: false });
      return;
    case 'resume':
      await link.request('machine.resume', { machine });
      return;
    case 'suspend':
      await link.request('machine.suspend', { machine, reason: 'user' });
      return;
    case 'cancel':
      await link.request('machine.cancel', { machine });
  }
}
