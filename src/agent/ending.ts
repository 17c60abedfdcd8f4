import type { Report } from '../contract/requests.ts';
import { TorporError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import type { AgentContext } from './context.ts';
import { suspendAll } from './suspend-all.ts';

export interface Ending {
  /** Aborted from the moment that the agent ends: nothing new begins then. */
  readonly begun: AbortSignal;
  /** Resolves with the reports when the agent has ended, whoever asked for it. */
  readonly ended: Promise<readonly Report[]>;
  /**
   * Leaves every machine as its policy says. Ends nothing else yet, so that the reports can be sent.
   * Throws WOULD_LOSE_GUESTS when the process must not end; it can be asked again then.
   */
  leaveMachines(reason: SaveReason, deadlineSeconds?: number): Promise<readonly Report[]>;
  /** Lets every guest run on. Throws as `leaveMachines`. */
  detachMachines(): Promise<readonly Report[]>;
  /** Ends the agent after one of the above. */
  finish(): Promise<void>;
}

export interface EndingParts {
  readonly context: AgentContext;
  readonly onBegin: () => void;
  /** The end was refused: the agent goes on. */
  readonly onRefuse: () => void;
  /** Closes everything that serves clients, and gives up the library's lock last. */
  readonly close: () => Promise<void>;
}

/**
 * The end of an agent, which comes once however often it is asked for: by a client, by a signal, by
 * a second signal while states are being written. Everybody who asks gets the same reports. It does
 * not come while a guest that dies with this process is not saved.
 */
export function createEnding({ context, onBegin, onRefuse, close }: EndingParts): Ending {
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
      leaving = Promise.all([leave(), context.creations.clear()]).then(([reports]) =>
        unlessLosing(reports),
      );
      leaving.catch(() => {
        leaving = undefined;
        onRefuse();
      });
    }
    return leaving;
  }

  function unlessLosing(reports: readonly Report[]): readonly Report[] {
    const lost = context.machines.open().filter(({ session }) => session?.endsWithProcess === true);
    if (lost.length > 0) throw wouldLose(lost, reports);
    return reports;
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

function wouldLose(lost: readonly Machine[], reports: readonly Report[]): TorporError {
  const names = lost.map(({ config }) => `“${config.name}”`).join(', ');
  const [are, live] = lost.length === 1 ? ['is', 'lives'] : ['are', 'live'];
  const reason = reports.find(({ problem }) => problem !== undefined)?.problem;
  return new TorporError(
    'WOULD_LOSE_GUESTS',
    `Torpor goes on: ${names} ${are} not saved and ${live} in its process, so that ending would be pulling the plug.`,
    {
      hint: [
        reason?.message,
        reason?.hint,
        'Suspend or shut it down, or stop it by force (torpor stop --force), and end again.',
      ]
        .filter((part) => part !== undefined)
        .join(' '),
      details: { machines: lost.map(({ config }) => config.name), reports },
    },
  );
}

function heardByFinish(): void {}
