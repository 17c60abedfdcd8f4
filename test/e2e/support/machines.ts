import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineDetail, MachineView } from '../../../src/contract/app-state.ts';
import type { Lifecycle } from '../../../src/contract/lifecycle.ts';
import type { CreateRequest } from '../../../src/contract/requests.ts';
import { countingMachine, parseTick } from '../../support/boot-sector.ts';
import type { RunningApp, TestHome } from './app.ts';

/** Makes a machine of the guest that counts, through the panel. */
export async function createMachine(
  { panel }: RunningApp,
  { userData }: TestHome,
  name: string,
  policy: CreateRequest['policy'] = {},
): Promise<MachineView> {
  const answer = await panel.evaluate(
    (params) => window.torpor.request('machine.create', params),
    countingMachine(path.dirname(userData), name, policy),
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  return answer.value;
}

/** Boots it and waits until its guest counts. */
export async function startMachine(app: RunningApp, machine: string): Promise<Tick> {
  const answer = await app.panel.evaluate(
    (name) => window.torpor.request('machine.start', { machine: name, cold: false }),
    machine,
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  return tickAfter(app, machine, 0);
}

export type Tick = NonNullable<ReturnType<typeof parseTick>>;

/** What the guest says once it has counted beyond `counter`: its memory is what it was, or it is not. */
export async function tickAfter(app: RunningApp, machine: string, counter: number): Promise<Tick> {
  for (;;) {
    const { consoleTail, status, problem } = await show(app, machine);
    const tick = consoleTail
      .split('\n')
      .map((line) => parseTick(line))
      .findLast((found) => found !== undefined);
    if (tick !== undefined && tick.counter > counter) return tick;
    if (status !== 'running') throw new Error(`${machine} is ${status}: ${problem?.message}`);
    // Asked no faster: on a busy computer the guest needs the time to count at all.
    await delay(100);
  }
}

export async function show({ panel }: RunningApp, machine: string): Promise<MachineDetail> {
  const answer = await panel.evaluate(
    (name) => window.torpor.request('machine.show', { machine: name }),
    machine,
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  return answer.value;
}

/** Waits until the machine is so. Rejects when what was to make it so has failed: it would wait for ever. */
export async function untilStatus(
  { panel }: RunningApp,
  machine: string,
  status: MachineView['status'],
): Promise<void> {
  await panel.evaluate(
    ([name, wanted]) =>
      new Promise<void>((resolve, reject) => {
        const look = ({ machines }: { readonly machines: readonly MachineView[] }) => {
          const found = machines.find((one) => one.name === name);
          if (found?.status === wanted) resolve();
          else if (found?.problem) reject(new Error(`${name}: ${found.problem.message}`));
        };
        window.torpor.on('state', look);
        void window.torpor.request('state.get', {}).then((answer) => {
          if (answer.ok) look(answer.value);
        });
      }),
    [machine, status] as const,
  );
}

/** Waits until the app's life is in that phase and, when quitting, a machine in that state. */
export async function untilLife(
  { panel }: RunningApp,
  phase: Lifecycle['phase'],
  step?: string,
): Promise<Lifecycle> {
  return panel.evaluate(
    ([wanted, state]) =>
      new Promise<Lifecycle>((resolve) => {
        const look = (life: Lifecycle) => {
          if (life.phase !== wanted) return;
          const isSo =
            state === undefined ||
            (life.phase === 'quitting' && life.steps.some((one) => one.state === state));
          if (isSo) resolve(life);
        };
        window.torpor.on('lifecycle', look);
        void window.torpor.request('lifecycle.get', {}).then((answer) => {
          if (answer.ok) look(answer.value);
        });
      }),
    [phase, step] as const,
  );
}
