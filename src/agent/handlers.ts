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
import type { Cleaning } from './cleaning.ts';
import type { Compaction } from './compaction.ts';
import type { ConsoleHub } from './console-hub.ts';
import type { AgentContext } from './context.ts';
import type { Downloads } from './downloads.ts';
import { setWindowShown } from './guest-window.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { OutlookWatch } from './outlook.ts';
import { checkHost } from './requests/check.ts';
import { cleanMachine } from './requests/clean.ts';
import { cloneMachine } from './requests/clone.ts';
import { renameMachine, setMachine } from './requests/configure.ts';
import { createMachine } from './requests/create.ts';
import { frameOf } from './requests/frame.ts';
import { beginDownload, listCatalogue } from './requests/images.ts';
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
import { renewMachine } from './requests/renew.ts';
import { showMachine } from './requests/show.ts';
import { outsideMachine, trustMachine } from './requests/trust.ts';
import { verifyMachine } from './requests/verify.ts';
import type { StateChecks } from './state-checks.ts';
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
  readonly idle: IdleWatch;
  readonly cleaning: Cleaning;
  readonly checks: StateChecks;
  readonly compaction: Compaction;
  readonly outlook: OutlookWatch;
  readonly downloads: Downloads;
  readonly currentState: () => Promise<AppState>;
  readonly endAgent: (reason: SaveReason) => Promise<readonly Report[]>;
}

export function createHandlers(parts: HandlerParts): RequestHandlers {
  const { context, consoles, idle, cleaning, checks, compaction, outlook, downloads } = parts;
  const { currentState, endAgent } = parts;
  const { machines, log, wishes, creations } = context;

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

  /** Makes a guest run, whatever its machine does now; nothing does once the agent ends. */
  const launch = (machine: Machine, work: () => Promise<void>): Promise<void> => {
    const assertPossible = (): void => {
      machines.assertFree(machine);
      if (wouldLaunch(machine) || machine.status === 'suspending') context.assertAccepting();
    };
    assertPossible();
    return wishes.running(machine, () => {
      assertPossible();
      return work();
    });
  };

  const cancelWork = (machine: Machine): boolean =>
    wishes.cancel(machine) || checks.cancel(machine);

  return {
    'state.get': currentState,

    'machine.create': (request) => createMachine(context, request),
    'machine.show': ({ machine }) => showMachine(context, machine),
    'machine.start': (params) =>
      operate(params, 'start', (machine) => {
        if (!params.cold) return launch(machine, () => start(machine));
        if (wouldLaunch(machine)) context.assertAccepting();
        return machine.startCold();
      }),
    'machine.pause': (params) => operate(params, 'pause', (machine) => machine.pause()),
    'machine.resume': (params) =>
      operate(params, 'resume', (machine) => launch(machine, () => resume(machine))),
    'machine.suspend': (params) =>
      operate(params, 'suspend', (machine) =>
        wishes.suspended(machine, () => {
          machines.assertFree(machine);
          return machine.suspend(params.reason);
        }),
      ),
    'machine.suspendAll': ({ reason }) =>
      suspendAll(machines.open(), {
        reason,
        bound: context.concurrency,
        how: () => 'suspend',
        wishes,
        log,
      }),
    'machine.stop': (params) => operate(params, 'stop', (machine) => stop(machine, params.force)),
    'machine.cancel': async ({ machine }) => ({
      cancelled: creations.cancel(machine) || cancelWork(await machines.usable(machine)),
    }),
    'machine.compact': (params) =>
      operate(params, 'compact', (machine) => {
        context.assertAccepting();
        return compaction.compact(machine);
      }),
    'machine.discardState': async ({ machine: reference }) => {
      const machine = await machines.usable(reference);
      await machines.hold(machine, 'losing its saved state', () => machine.discardState());
      return viewMachine(machine);
    },
    'machine.outside': (params) => outsideMachine(context, params),
    'machine.trust': (params) => trustMachine(context, params),
    'machine.clean': (params) => cleanMachine(context, params),
    'machine.renew': (params) => renewMachine(context, params),
    'machine.verify': (params) => verifyMachine(context, checks, params),
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

    'machine.noteInput': async ({ machine }) => {
      idle.noteInput(await machines.usable(machine));
      return {};
    },

    'images.list': (params) => listCatalogue(context, params),
    'download.start': (params) => beginDownload(context, downloads, params),
    'download.pause': async ({ download }) => downloads.pause(download),
    'download.resume': ({ download }) => {
      context.assertAccepting();
      return downloads.resume(download);
    },
    'download.cancel': ({ download }) => downloads.cancel(download),
    'download.discard': async ({ download }) => {
      await downloads.discard(download);
      return {};
    },

    'host.check': async () => {
      const [reports] = await Promise.all([checkHost(context.drivers), outlook.look()]);
      return reports;
    },
    'agent.setIdle': async ({ minutes }) => {
      idle.setMinutes(minutes);
      return {};
    },
    'agent.setCompaction': async ({ days }) => {
      compaction.setDays(days);
      return {};
    },
    'agent.setCleaning': async ({ days }) => {
      await cleaning.setDays(days);
      return {};
    },
    'agent.setDigests': async ({ background }) => {
      checks.setBackground(background);
      return {};
    },
    'agent.stop': ({ reason }) => endAgent(reason),
  };
}
