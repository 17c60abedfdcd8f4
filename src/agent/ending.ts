import type { Report } from '../contract/requests.ts';
import type { Machine } from '../core/machine.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import type { AgentContext } from './context.ts';
import { suspendAll } from './suspend-all.ts';

export interface Ending {
  /** Aborted from the moment that the agent ends: nothing new begins then. */
  readonly begun: AbortSignal;
  /** Resolves with the reports when the agent has ended, whoever asked for it. */
  readonly ended: Promise<readonly Report[]>;
  /** Leaves every machine as its policy says. Ends nothing else yet, so that the reports can be sent. */
  leaveMachines(reason: SaveReason, deadlineSeconds?: number): Promise<readonly Report[]>;
  /** Lets every guest run on. */
  detachMachines(): Promise<readonly Report[]>;
  /** Ends the agent after one of the above. */
  finish(): Promise<void>;
}

export interface EndingParts {
  readonly context: AgentContext;
  readonly onBegin: () => void;
  /** Closes everything that serves clients, and gives up the library's lock last. */
  readonly close: () => Promise<void>;
}

/**
 * The end of an agent, which comes once however often it is asked for: by a client, by a signal, by
 * a second signal while states are being written. Everybody who asks gets the same reports.
 */
export function createEnding({ context, onBegin, close }: EndingParts): Ending {
  const begun = new AbortController();
  const { promise: ended, resolve, reject } = Promise.withResolvers<readonly Report[]>();
  // Whoever awaits `finish` hears of a failure; `ended` must not bring the process down as well.
  ended.catch(heardByFinish);
  let leaving: Promise<readonly Report[]> | undefined;
  let finishing: Promise<void> | undefined;

  function begin(leave: () => Promise<readonly Report[]>): Promise<readonly Report[]> {
    if (leaving === undefined) {
      begun.abort();
      onBegin();
      leaving = leave();
    }
    return leaving;
  }

  function leaveAll(reason: SaveReason, deadlineSeconds: number | undefined) {
    return suspendAll(context.machines.open(), {
      reason,
      bound: context.concurrency,
      how: ({ config }) => config.policy.onQuit,
      wishes: context.wishes,
      log: context.log,
      signal:
        deadlineSeconds === undefined ? undefined : AbortSignal.timeout(deadlineSeconds * 1000),
    });
  }

  async function closeAll(): Promise<void> {
    const reports = (await leaving) ?? [];
    try {
      for (const machine of context.machines.open()) await letGo(machine);
      await close();
      resolve(reports);
    } catch (error) {
      reject(error);
      throw error;
    }
  }

  return {
    begun: begun.signal,
    ended,
    leaveMachines: (reason, deadlineSeconds) => begin(() => leaveAll(reason, deadlineSeconds)),
    detachMachines: () => begin(async () => []),
    finish() {
      finishing ??= closeAll();
      return finishing;
    },
  };
}

async function letGo(machine: Machine): Promise<void> {
  while (machine.progress !== undefined) await machine.settled();
  await machine.detach();
}

function heardByFinish(): void {}
