import type { AppState } from '../contract/app-state.ts';
import type {
  MachineRef,
  Outcome,
  Params,
  Report,
  RequestName,
  Result,
} from '../contract/requests.ts';
import type { Machine } from '../core/machine.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import type { ConsoleHub } from './console-hub.ts';
import type { AgentContext } from './context.ts';
import { setWindowShown } from './guest-window.ts';
import { checkHost } from './requests/check.ts';
import { cloneMachine } from './requests/clone.ts';
import { renameMachine, setMachine } from './requests/configure.ts';
import { createMachine } from './requests/create.ts';
import { frameOf } from './requests/frame.ts';
import {
  displaySocket,
  outcomeOf,
  resume,
  screenshot,
  start,
  stop,
  wouldLaunch,
} from './requests/operate.ts';
import { removeMachine } from './requests/remove.ts';
import { showMachine } from './requests/show.ts';
import { suspendAll } from './suspend-all.ts';
import { viewMachine } from './view.ts';

/** Subscribing concerns one connection, so whoever carries the connection answers it. */
export type HandledName = Exclude<RequestName, 'events.subscribe'>;

/** One function for every request; a request without one does not compile. */
export type RequestHandlers = {
  readonly [Name in HandledName]: (params: Params<Name>) => Promise<Result<Name>>;
};

export interface HandlerParts {
  readonly context: AgentContext;
  readonly consoles: ConsoleHub;
  readonly currentState: () => Promise<AppState>;
  readonly endAgent: (reason: SaveReason) => Promise<readonly Report[]>;
}

export function createHandlers(parts: HandlerParts): RequestHandlers {
  const { context, consoles, currentState, endAgent } = parts;
  const { machines, log } = context;

  /** Runs one operation on a machine, unless other work holds it, and notes how it went. */
  async function operate(
    { machine: reference }: MachineRef,
    doing: string,
    work: (machine: Machine) => Promise<void>,
  ): Promise<Outcome> {
    const machine = await machines.usable(reference);
    const { name } = machine.config;
    log.info({ machine: name }, doing);
    try {
      const outcome = await outcomeOf(machine, async () => {
        machines.assertFree(machine);
        await work(machine);
      });
      log.info({ machine: name, ...outcome }, `${doing}: done`);
      return outcome;
    } catch (error) {
      log.warn({ machine: name, error }, `${doing}: failed`);
      throw error;
    }
  }

  const launch = (machine: Machine, work: () => Promise<void>): Promise<void> => {
    if (wouldLaunch(machine)) context.assertAccepting();
    return work();
  };

  return {
    'state.get': currentState,

    'machine.create': (request) => createMachine(context, request),
    'machine.show': ({ machine }) => showMachine(context, machine),
    'machine.start': (params) =>
      operate(params, 'start', (machine) => launch(machine, () => start(machine, params.cold))),
    'machine.pause': (params) => operate(params, 'pause', (machine) => machine.pause()),
    'machine.resume': (params) =>
      operate(params, 'resume', (machine) => launch(machine, () => resume(machine))),
    'machine.suspend': (params) =>
      operate(params, 'suspend', (machine) => machine.suspend(params.reason)),
    'machine.suspendAll': ({ reason }) =>
      suspendAll(machines.open(), {
        reason,
        bound: context.concurrency,
        how: () => 'suspend',
        log,
      }),
    'machine.stop': (params) => operate(params, 'stop', (machine) => stop(machine, params.force)),
    'machine.cancel': async ({ machine }) => ({
      cancelled: (await machines.usable(machine)).cancel(),
    }),
    'machine.discardState': async ({ machine: reference }) => {
      const machine = await machines.usable(reference);
      await machines.hold(machine, 'losing its saved state', () => machine.discardState());
      return viewMachine(machine);
    },
    'machine.rename': (params) => renameMachine(context, params),
    'machine.clone': (params) => cloneMachine(context, params),
    'machine.delete': (params) => removeMachine(context, params),
    'machine.set': (params) => setMachine(context, params),
    'machine.screenshot': async ({ machine }) => ({
      png: await screenshot(await machines.usable(machine)),
    }),
    'machine.frame': async ({ machine }) => ({
      png: await frameOf(await machines.usable(machine)),
    }),
    'machine.console': async ({ machine }) => ({
      socket: await consoles.socketFor(await machines.usable(machine)),
    }),
    'machine.display': async ({ machine }) => ({
      socket: displaySocket(await machines.usable(machine)),
    }),
    'machine.window': async ({ machine, shown }) => {
      setWindowShown(await machines.usable(machine), shown);
      return {};
    },

    'host.check': () => checkHost(context.drivers),
    'agent.stop': ({ reason }) => endAgent(reason),
  };
}
