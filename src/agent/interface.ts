/** What whoever starts an agent gives it, and gets. */
import type { AppState } from '../contract/app-state.ts';
import type { Events, Report } from '../contract/requests.ts';
import type { KeyStore } from '../core/cold-storage/keys.ts';
import type { EventSource } from '../core/events.ts';
import type { Host } from '../core/host.ts';
import type { HostIdentity } from '../core/saved-state/fit.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import type { Clock } from './clock.ts';
import type { Drivers, Trash } from './context.ts';
import type { RequestHandlers } from './handlers.ts';
import type { Log } from './log.ts';
import type { HowToAsk } from './preflight.ts';

export interface AgentOptions {
  readonly library: string;
  readonly drivers: Drivers;
  readonly host: Host;
  readonly identity: HostIdentity;
  /** Where sockets go; this user's run directory unless named. */
  readonly runBase?: string;
  /** Opens the log once the library is this agent's; nothing is logged without it. */
  readonly openLog?: (path: string) => Log;
  readonly concurrency?: number;
  readonly trash?: Trash;
  /** False leaves every machine suspended, as a person asks by holding Shift. */
  readonly restoreOnLaunch?: boolean;
  readonly idleClock?: Clock;
  readonly spaceClock?: Clock;
  readonly compactionClock?: Clock;
  /** Where the keys of encrypted states are; this user's keychain or secret service unless given. */
  readonly keys?: KeyStore;
  /** How preflight asks before macOS is installed; about this computer unless told otherwise. */
  readonly preflight?: HowToAsk;
}

/** The one process part that owns a library's running machines. */
export interface Agent extends EventSource<Events> {
  /** The control socket, on which the command line finds it. */
  readonly socket: string;
  readonly log: Log;
  /** Where the log is, for a person who looks for what went wrong. */
  readonly logPath: string;
  state(): AppState;
  /** Every request of the contract but subscribing, as functions. */
  readonly handle: RequestHandlers;
  /** Resolves when nothing is being brought back any more from the last time. */
  readonly launched: Promise<void>;
  /** Resolves with the reports when the agent has ended, whoever asked for it. */
  readonly ended: Promise<readonly Report[]>;
  /**
   * Leaves every machine as its policy says, lets go of the library and ends. Calling it again joins
   * the end that is under way. A machine that cannot be saved, or not before the deadline, runs on
   * by itself for the next agent to find; its report says why. Machines that are being made are
   * cancelled. Throws WOULD_LOSE_GUESTS when one that cannot be saved lives in this process: the
   * agent then goes on, and can be asked again.
   */
  stop(reason: SaveReason, options?: StopOptions): Promise<readonly Report[]>;
  /**
   * Ends without suspending anything: every guest runs on for the next agent to find. Throws
   * WOULD_LOSE_GUESTS, and goes on, when one of them lives in this process.
   */
  detach(): Promise<void>;
}

export interface StopOptions {
  readonly deadlineSeconds?: number | undefined;
}
