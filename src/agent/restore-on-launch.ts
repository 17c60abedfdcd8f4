import type { Notice } from '../contract/requests.ts';
import { toProblem } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import { mapBounded } from './bounded.ts';
import type { Log } from './log.ts';

export interface LaunchPlan {
  /** To bring back, the most recently used first. */
  readonly resume: readonly Machine[];
  /** To leave suspended and tell about. */
  readonly ask: readonly Machine[];
}

/**
 * What becomes of suspended machines when the agent starts. Only those that ran when it ended come
 * back: one that a person suspended or had paused stays as that person left it.
 */
export function planLaunch(machines: readonly Machine[]): LaunchPlan {
  const ranAtTheEnd = machines
    .filter(({ status, savedState }) => {
      if (status !== 'suspended' || savedState === undefined || savedState.wasPaused) return false;
      return savedState.reason === 'quit' || savedState.reason === 'shutdown';
    })
    .sort((a, b) => b.lastUsed - a.lastUsed);
  const having = (onLaunch: string) =>
    ranAtTheEnd.filter(({ config }) => config.policy.onLaunch === onLaunch);
  return { resume: having('resume'), ask: having('ask') };
}

export interface LaunchOptions {
  readonly bound: number;
  /** Throws while other work holds the machine. */
  readonly assertFree: (machine: Machine) => void;
  readonly log: Log;
  readonly notify: (notice: Notice) => void;
  /** Aborted when the agent ends: no further machine is brought back then. */
  readonly signal: AbortSignal;
}

/**
 * Carries the plan out. A machine that fails to come back stays suspended, is told about, and keeps
 * no other from coming back. Never rejects.
 */
export async function restoreOnLaunch(plan: LaunchPlan, options: LaunchOptions): Promise<void> {
  for (const machine of plan.ask) options.notify(leftSuspended(machine));
  await mapBounded(plan.resume, options.bound, (machine) => restoreOne(machine, options));
}

async function restoreOne(machine: Machine, options: LaunchOptions): Promise<void> {
  // A person may have been faster, with this machine or with the end of the agent.
  if (options.signal.aborted || machine.status !== 'suspended') return;
  const { name, id } = machine.config;
  try {
    options.assertFree(machine);
    await machine.restore();
    options.log.info({ machine: name }, 'brought back');
  } catch (error) {
    options.log.error({ machine: name, error }, 'could not be brought back');
    options.notify({ machine: id, problem: toProblem(error) });
  }
}

function leftSuspended({ config }: Machine): Notice {
  return {
    machine: config.id,
    problem: {
      code: 'STATE_LEFT',
      message: `“${config.name}” was left suspended.`,
      hint: 'Its policy is to ask first. Resume it when you want it.',
    },
  };
}
