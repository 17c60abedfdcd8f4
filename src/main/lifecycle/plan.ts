/**
 * What becomes of the machines when the app quits, as a value and steps from one value to the next.
 * It starts nothing: src/main/lifecycle/quit.ts does what `nextSteps` says and tells how it went.
 */
import type { MachineView, Problem } from '../../contract/app-state.ts';
import type { Lifecycle, QuitPlan, QuitStep } from '../../contract/lifecycle.ts';

export type Quitting = Extract<Lifecycle, { readonly phase: 'quitting' }>;

/** How a machine is meant to be left; `ask` when a person has to say. */
export type QuitPolicy = QuitPlan | 'ask';

/** Whether there is, or is about to be, a guest that quitting must not lose. */
export function isAlive({ status, progress }: Pick<MachineView, 'status' | 'progress'>): boolean {
  return status === 'running' || status === 'paused' || progress !== null;
}

/** Why the app quits, and when it is ended if it has not: milliseconds since 1970. */
export type Occasion = Pick<Quitting, 'reason' | 'deadline'>;

/**
 * What quitting does with a machine. Nobody can be asked while the computer ends, and a guest cannot
 * shut down within seconds: then it is suspended, which loses nothing. A guest of Apple's framework
 * lives in this process and cannot run on without it; one that is paused hears no request to stop.
 */
export function planFor(
  { driver, status }: Pick<MachineView, 'driver' | 'status'>,
  policy: QuitPolicy,
  { reason, deadline }: Occasion,
): QuitPlan | null {
  if (policy === 'ask') return reason === 'quit' ? null : 'suspend';
  if (policy === 'keepRunning' && driver === 'vz') return 'suspend';
  if (policy === 'stop' && (status === 'paused' || deadline !== null)) return 'suspend';
  return policy;
}

/** Quitting begins; the machines that are not alive have no part in it. */
export function beginQuit(
  machines: readonly MachineView[],
  policyOf: (id: string) => QuitPolicy,
  occasion: Occasion,
): Quitting {
  const { reason, deadline } = occasion;
  const steps = machines.filter(isAlive).map(stepFor(policyOf, occasion));
  return { phase: 'quitting', reason, steps, deadline };
}

/** Machines that were started after quitting began are left in order as well. */
export function joinLate(
  quitting: Quitting,
  machines: readonly MachineView[],
  policyOf: (id: string) => QuitPolicy,
): Quitting {
  const kept = quitting.steps.filter(({ id, plan, state }) => {
    const isBack = machines.some((machine) => machine.id === id && isAlive(machine));
    return !(state === 'done' && plan !== 'keepRunning' && isBack);
  });
  const late = machines
    .filter((machine) => isAlive(machine) && !kept.some(({ id }) => id === machine.id))
    .map(stepFor(policyOf, quitting));
  return late.length === 0 ? quitting : { ...quitting, steps: [...kept, ...late] };
}

/** The computer begins to end while the app quits already: nobody is asked any more. */
export function hurry(quitting: Quitting, { reason, deadline }: Occasion): Quitting {
  const steps = quitting.steps.map((step): QuitStep => {
    const isFree = step.state === 'waiting' && (step.plan === null || step.plan === 'stop');
    return isFree ? { ...step, plan: 'suspend' } : step;
  });
  return { ...quitting, reason, deadline, steps };
}

function stepFor(policyOf: (id: string) => QuitPolicy, occasion: Occasion) {
  return (machine: MachineView): QuitStep => {
    const { id, name } = machine;
    const plan = planFor(machine, policyOf(id), occasion);
    return { id, name, plan, state: plan === 'keepRunning' ? 'done' : 'waiting', problem: null };
  };
}

/** The steps to begin now, so that no more than `bound` are at work. */
export function nextSteps({ steps }: Quitting, bound: number): readonly QuitStep[] {
  const working = steps.filter(({ state }) => state === 'working').length;
  return steps
    .filter(({ state, plan }) => state === 'waiting' && plan !== null)
    .slice(0, Math.max(0, bound - working));
}

export function stepWorks(quitting: Quitting, id: string): Quitting {
  return withStep(quitting, id, (step) => ({ ...step, state: 'working', problem: null }));
}

export function stepDone(quitting: Quitting, id: string): Quitting {
  return withStep(quitting, id, (step) => ({ ...step, state: 'done', problem: null }));
}

export function stepFailed(quitting: Quitting, id: string, problem: Problem): Quitting {
  return withStep(quitting, id, (step) => ({ ...step, state: 'failed', problem }));
}

/**
 * A person's answer for a machine that asked, waits or failed. Nothing changes while the machine is at
 * work: a state that is being written is finished, or cancelled with the whole of quitting.
 */
export function decide(quitting: Quitting, id: string, plan: QuitPlan): Quitting {
  return withStep(quitting, id, (step) => {
    if (step.state === 'working' || step.state === 'done') return step;
    return { ...step, plan, state: plan === 'keepRunning' ? 'done' : 'waiting', problem: null };
  });
}

/**
 * Whether the app may end. A step that failed holds it, for a person to decide; but not when the
 * computer waits no longer anyway: what is left then is to let go in order.
 */
export function mayEnd({ steps, deadline }: Quitting): boolean {
  return steps.every(({ state }) => state === 'done' || (deadline !== null && state === 'failed'));
}

/** Whether nothing goes on until a person has answered. */
export function needsPerson({ steps, deadline }: Quitting): boolean {
  if (deadline !== null) return false;
  return steps.some(
    ({ state, plan }) => state === 'failed' || (state === 'waiting' && plan === null),
  );
}

function withStep(quitting: Quitting, id: string, change: (step: QuitStep) => QuitStep): Quitting {
  return {
    ...quitting,
    steps: quitting.steps.map((step) => (step.id === id ? change(step) : step)),
  };
}
