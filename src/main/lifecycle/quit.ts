/** Carries out what src/main/lifecycle/plan.ts plans. */
import type { AppState, MachineView } from '../../contract/app-state.ts';
import type { QuitPlan, QuitReason, QuitStep } from '../../contract/lifecycle.ts';
import { TorporError, toProblem } from '../../core/errors.ts';
import type { AgentLink } from '../agent-link.ts';
import type { Life } from './life.ts';
import {
  beginQuit,
  decide,
  hurry,
  isAlive,
  joinLate,
  mayEnd,
  nextSteps,
  type Occasion,
  type QuitPolicy,
  type Quitting,
  stepDone,
  stepFailed,
  stepWorks,
} from './plan.ts';

export type QuitLink = Pick<AgentLink, 'state' | 'request' | 'on'>;

export interface QuitParts {
  readonly life: Life;
  /** Undefined when no agent of ours has machines to leave. */
  readonly link: () => QuitLink | undefined;
  /** Known for every machine that is alive once `policiesKnown` has resolved. */
  readonly policyOf: (id: string) => QuitPolicy;
  readonly policiesKnown: () => Promise<void>;
  /** How many machines are saved at a time. */
  readonly bound: () => number;
  /** Ends the app: every machine is left as it should be. Rejects when it must not end: it stays. */
  readonly end: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Quit {
  /**
   * Begins to quit, or joins what has begun; with a deadline nobody is asked any more. Returns at
   * once: what goes on is in the lifecycle.
   */
  begin(reason: QuitReason, deadline?: number | null): void;
  /** Quitting ends; what it suspended comes back. Resolves when that has been tried. */
  cancel(): Promise<void>;
  /** Throws BUSY while the machine is at work, NO_SUCH_MACHINE when it has no part in quitting. */
  decide(id: string, plan: QuitPlan): void;
}

interface Work {
  readonly plan: QuitPlan;
  readonly finished: Promise<void>;
}

export function createQuit(parts: QuitParts): Quit {
  const { life } = parts;
  let works = new Map<string, Work>();
  /** Which attempt to quit this is: what an earlier one still finishes changes nothing. */
  let attempt = 0;
  let hasEnded = false;

  const quitting = (): Quitting | undefined => {
    const now = life.current();
    return now.phase === 'quitting' ? now : undefined;
  };

  async function start(occasion: Occasion): Promise<void> {
    const mine = ++attempt;
    works = new Map();
    life.set({ phase: 'quitting', ...occasion, steps: [] });
    await parts.policiesKnown();
    const now = quitting();
    if (mine !== attempt || now === undefined) return;
    const { reason, deadline } = now;
    const machines = parts.link()?.state().machines ?? [];
    life.set(beginQuit(machines, parts.policyOf, { reason, deadline }));
    advance();
  }

  function advance(): void {
    const now = quitting();
    if (now === undefined || hasEnded) return;
    for (const step of nextSteps(now, parts.bound())) begin(step, now.reason);
    const after = quitting();
    if (after === undefined || !mayEnd(after)) return;
    const joined = joinLate(after, parts.link()?.state().machines ?? [], parts.policyOf);
    if (joined !== after) {
      life.set(joined);
      // What failed at a deadline is not tried for ever.
      if (!mayEnd(joined)) advance();
      return;
    }
    hasEnded = true;
    parts.end().catch((error: unknown) => {
      hasEnded = false;
      life.set({ phase: 'running' });
      parts.onError(error);
    });
  }

  function begin({ id, plan }: QuitStep, reason: QuitReason): void {
    const link = parts.link();
    const mine = attempt;
    const update = (change: (now: Quitting) => Quitting): void => {
      const now = quitting();
      if (mine !== attempt || now === undefined) return;
      life.set(change(now));
      advance();
    };
    if (plan === null || link === undefined) return;
    const now = quitting();
    if (now !== undefined) life.set(stepWorks(now, id));
    const finished = leave(link, id, plan, reason).then(
      () => update((current) => stepDone(current, id)),
      (error: unknown) => update((current) => stepFailed(current, id, toProblem(error))),
    );
    works.set(id, { plan, finished });
  }

  return {
    begin(reason, deadline = null) {
      const now = quitting();
      if (now === undefined) {
        start({ reason, deadline }).catch(parts.onError);
      } else if (deadline !== null) {
        life.set(hurry(now, { reason, deadline }));
        advance();
      }
    },

    async cancel() {
      if (quitting() === undefined || hasEnded) return;
      attempt += 1;
      const undone = works;
      works = new Map();
      life.set({ phase: 'running' });
      const link = parts.link();
      if (link === undefined) return;
      await Promise.all([...undone].map(([id, work]) => undo(link, id, work, parts.onError)));
    },

    decide(id, plan) {
      const now = quitting();
      const step = now?.steps.find((one) => one.id === id);
      if (now === undefined || step === undefined) {
        throw new TorporError('NO_SUCH_MACHINE', 'Nothing is asked about that machine now.');
      }
      if (step.state === 'working') {
        throw new TorporError('BUSY', `“${step.name}” is being saved.`, {
          hint: 'Wait until that has finished, or do not quit.',
        });
      }
      life.set(decide(now, id, plan));
      advance();
    },
  };
}

/** A machine in flight is waited for; one that has ended by itself is left already. */
async function leave(
  link: QuitLink,
  id: string,
  plan: QuitPlan,
  reason: QuitReason,
): Promise<void> {
  const machine = await settled(link, id);
  if (machine === undefined || !isAlive(machine) || plan === 'keepRunning') return;
  const suspend = () =>
    link.request('machine.suspend', {
      machine: id,
      reason: reason === 'quit' ? 'quit' : 'shutdown',
    });
  if (plan === 'suspend') {
    await suspend();
    return;
  }
  try {
    await link.request('machine.stop', { machine: id, force: false });
  } catch (error) {
    // A guest that will not stop is suspended instead, so that nothing of it is lost.
    const now = await settled(link, id);
    if (now === undefined || !isAlive(now)) return;
    if (toProblem(error).code === 'CANCELLED') throw error;
    await suspend();
  }
}

/** Ends what is under way, and brings back what was suspended already. */
async function undo(
  link: QuitLink,
  id: string,
  { finished }: Work,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    const { progress } = machineIn(link.state(), id) ?? { progress: null };
    if (progress?.cancellable) await link.request('machine.cancel', { machine: id });
    await finished;
    const machine = await settled(link, id);
    if (machine?.status !== 'suspended') return;
    await link.request('machine.resume', { machine: id });
    if (machine.savedState?.wasPaused) await link.request('machine.pause', { machine: id });
  } catch (error) {
    onError(error);
  }
}

/** The machine once nothing is in flight; undefined when it is gone. */
function settled(link: QuitLink, id: string): Promise<MachineView | undefined> {
  return new Promise((resolve) => {
    const look = (state: AppState): boolean => {
      const machine = machineIn(state, id);
      if (machine !== undefined && machine.progress !== null) return false;
      resolve(machine);
      return true;
    };
    if (look(link.state())) return;
    const off = link.on('state', (state) => {
      if (look(state)) off();
    });
  });
}

function machineIn({ machines }: AppState, id: string): MachineView | undefined {
  return machines.find((machine) => machine.id === id);
}
