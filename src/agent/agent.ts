import type { Socket } from 'node:net';
import { join } from 'node:path';
import trash from 'trash';
import type { AgentPhase, AppState, LibraryInfo } from '../contract/app-state.ts';
import type { Events, Notice, Report } from '../contract/requests.ts';
import type { MachineConfig } from '../core/config.ts';
import { TorporError } from '../core/errors.ts';
import { createEmitter, type EventSource } from '../core/events.ts';
import type { Host } from '../core/host.ts';
import { libraryLayout } from '../core/library/layout.ts';
import { type Library, openLibrary, sweepStaging } from '../core/library/library.ts';
import type { MachineContext } from '../core/machine.ts';
import type { HostIdentity } from '../core/saved-state/fit.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import { descriptorOf } from '../storage/descriptor.ts';
import { defaultConcurrency } from './bounded.ts';
import { createConsoleHub } from './console-hub.ts';
import { type AgentContext, type Drivers, driverFor, type Trash } from './context.ts';
import { serveControl } from './control/server.ts';
import { createEnding } from './ending.ts';
import { createHandlers, type RequestHandlers } from './handlers.ts';
import { currentUserId } from './identity.ts';
import { type Log, silentLog } from './log.ts';
import { openMachines } from './machines.ts';
import { createNames } from './names.ts';
import { canonicalPath } from './paths.ts';
import { removeRecord, writeRecord } from './record.ts';
import { planLaunch, restoreOnLaunch } from './restore-on-launch.ts';
import { machineRunDirectory, makePrivate, openRunDirectory, runBase } from './run-directory.ts';
import { createStateFeed, type StateFeed } from './state.ts';
import { torporVersion } from './version.ts';
import { viewListed } from './view.ts';
import { watchLibrary } from './watch.ts';

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
}

/** The one process part that owns a library's running machines. */
export interface Agent extends EventSource<Events> {
  /** The control socket, on which the command line finds it. */
  readonly socket: string;
  readonly log: Log;
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
   * by itself for the next agent to find; its report says why.
   */
  stop(reason: SaveReason, options?: StopOptions): Promise<readonly Report[]>;
  /** Ends without suspending anything: every guest runs on for the next agent to find. */
  detach(): Promise<void>;
}

export interface StopOptions {
  readonly deadlineSeconds?: number | undefined;
}

/**
 * Opens the library and serves it: adopts guests that still run, brings back what ran at the last
 * quit (without waiting for it), and listens on the control socket. Throws LIBRARY_IN_USE,
 * LIBRARY_UNAVAILABLE, PERMISSION_DENIED or PATH_TOO_LONG; nothing has changed then.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const library = await openLibrary(await canonicalPath(options.library), options.host);
  try {
    const runDirectory = await openRunDirectory(options.runBase ?? runBase(), library.path);
    await sweepStaging(library.path);
    return await serveLibrary(library, runDirectory, options);
  } catch (error) {
    library.lock.release();
    throw error;
  }
}

async function serveLibrary(
  library: Library,
  runDirectory: string,
  options: AgentOptions,
): Promise<Agent> {
  const { drivers, host } = options;
  const log = options.openLog?.(libraryLayout(library.path).log) ?? silentLog();
  const onError = (error: unknown): void => log.error({ error }, 'unexpected');
  const events = createEmitter<Events>(onError);
  const startedAt = new Date().toISOString();
  let phase: AgentPhase = 'starting';
  let space: LibraryInfo['space'] = null;
  let feed: StateFeed | undefined;

  const changed = (): void => feed?.changed();

  function notify(notice: Notice): void {
    log.warn(notice, notice.problem.message);
    events.emit('notice', notice);
  }

  async function contextFor(config: MachineConfig): Promise<MachineContext> {
    const directory = machineRunDirectory(runDirectory, config.id);
    await makePrivate(directory);
    return {
      driver: driverFor(drivers, config.driver),
      identity: options.identity,
      torporVersion,
      runDirectory: directory,
      onError,
    };
  }

  async function measureSpace(): Promise<void> {
    space = await host.space(library.path).catch(() => null);
    changed();
  }

  function isOurs(socket: Socket): boolean {
    try {
      return host.peerUserId(descriptorOf(socket)) === currentUserId();
    } catch (error) {
      onError(error);
      return false;
    }
  }

  const machines = await openMachines({
    library: library.path,
    contextFor,
    onChange: changed,
    onProblem: (machine, problem) => notify({ machine: machine.config.id, problem }),
  });
  const context: AgentContext = {
    library: library.path,
    runDirectory,
    drivers,
    host,
    log,
    machines,
    names: createNames(machines),
    concurrency: options.concurrency ?? defaultConcurrency(),
    trash: options.trash ?? ((path) => trash(path, { glob: false })),
    notify,
    assertAccepting() {
      if (phase === 'ending') throw new TorporError('BUSY', 'The agent is ending.');
    },
  };
  const consoles = createConsoleHub(runDirectory, isOurs);
  const watch = watchLibrary(library.path, machines, (error) => {
    log.error({ error }, 'the library cannot be read');
  });
  const state = createStateFeed(
    () => ({
      agent: { version: torporVersion, pid: process.pid, startedAt, phase },
      library: { path: library.path, space },
      machines: machines.all().map((one) => viewListed(one, machines.isHeld)),
    }),
    (told) => {
      watch.update();
      events.emit('state', told);
    },
  );
  feed = state;
  const ending = createEnding({
    context,
    onBegin() {
      phase = 'ending';
      changed();
    },
    async close() {
      watch.close();
      state.close();
      await consoles.close();
      await server.close();
      await removeRecord(library.path);
      log.info('ended');
      library.lock.release();
    },
  });
  const handle = createHandlers({
    context,
    consoles,
    async currentState() {
      await measureSpace();
      return state.current();
    },
    async endAgent(reason) {
      const reports = await ending.leaveMachines(reason);
      // Not awaited: this answer is sent first.
      ending.finish().catch(onError);
      return reports;
    },
  });
  const socket = join(runDirectory, 'control.sock');
  const server = await serveControl({ path: socket, handle, events, isOurs, log });
  await writeRecord(library.path, { pid: process.pid, socket, version: torporVersion, startedAt });

  phase = 'ready';
  watch.update();
  void measureSpace();
  log.info({ machines: machines.all().length, library: library.path }, 'ready');
  const plan = planLaunch(options.restoreOnLaunch === false ? [] : machines.open());
  const launched = restoreOnLaunch(plan, {
    bound: context.concurrency,
    assertFree: machines.assertFree,
    log,
    notify,
    signal: ending.begun,
  });

  return {
    socket,
    log,
    state: state.current,
    on: events.on,
    handle,
    launched,
    ended: ending.ended,
    async stop(reason, { deadlineSeconds } = {}) {
      const reports = await ending.leaveMachines(reason, deadlineSeconds);
      await ending.finish();
      return reports;
    },
    async detach() {
      await ending.detachMachines();
      await ending.finish();
    },
  };
}
