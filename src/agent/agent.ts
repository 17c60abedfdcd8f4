import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentPhase, AppState, LibraryInfo } from '../contract/app-state.ts';
import type { Events, Notice, Report } from '../contract/requests.ts';
import type { KeyStore } from '../core/cold-storage/keys.ts';
import { TorporError } from '../core/errors.ts';
import { createEmitter, type EventSource } from '../core/events.ts';
import type { Host } from '../core/host.ts';
import { libraryLayout } from '../core/library/layout.ts';
import { openLibrary, sweepStaging } from '../core/library/library.ts';
import type { HostIdentity } from '../core/saved-state/fit.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import { systemKeys } from '../storage/keys/system-keys.ts';
import { openAgreements } from './agreements.ts';
import { defaultConcurrency } from './bounded.ts';
import { createCleaning } from './cleaning.ts';
import { type Clock, systemClock } from './clock.ts';
import { createCompaction } from './compaction.ts';
import { createConsoleHub } from './console-hub.ts';
import { type AgentContext, type Drivers, driverFor, type Trash } from './context.ts';
import { ownPeers } from './control/peer.ts';
import { type ControlServer, serveControl } from './control/server.ts';
import { createCreations } from './creations.ts';
import { createEnding } from './ending.ts';
import { createHandlers, type RequestHandlers } from './handlers.ts';
import { createIdleWatch } from './idle-watch.ts';
import { type Log, silentLog } from './log.ts';
import { lookAgain } from './look.ts';
import { openMachines } from './machines.ts';
import { createNames } from './names.ts';
import { once } from './once.ts';
import { createOutlookWatch } from './outlook.ts';
import { canonicalPath } from './paths.ts';
import type { HowToAsk } from './preflight.ts';
import { removeRecord, writeRecord } from './record.ts';
import { agreeToEarlierUse } from './requests/trust.ts';
import { planLaunch, restoreOnLaunch } from './restore-on-launch.ts';
import { machineRunDirectory, openRunDirectory, runBase } from './run-directory.ts';
import { measureSpace } from './space.ts';
import { createSpaceWatch } from './space-watch.ts';
import { createStateFeed, type StateFeed } from './state.ts';
import { createStateChecks } from './state-checks.ts';
import { systemTrash } from './system-trash.ts';
import { torporVersion } from './version.ts';
import { viewListed } from './view.ts';
import { watchLibrary } from './watch.ts';
import { createWishes } from './wishes.ts';
import { whenWorkEnds } from './work-ends.ts';

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

/**
 * Opens the library and serves it: adopts guests that still run, brings back what ran at the last
 * quit (without waiting for it), and listens on the control socket. Throws LIBRARY_IN_USE,
 * LIBRARY_UNAVAILABLE, PERMISSION_DENIED or PATH_TOO_LONG; nothing has changed then.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const library = await openLibrary(await canonicalPath(options.library), options.host);
  const release = once(() => library.lock.release());
  try {
    const runDirectory = await openRunDirectory(options.runBase ?? (await runBase()), library.path);
    await sweepStaging(library.path);
    return await serveLibrary({ ...options, library: library.path, runDirectory, release });
  } catch (error) {
    release();
    throw error;
  }
}

interface Serving extends AgentOptions {
  readonly runDirectory: string;
  /** Gives up the library's lock. */
  readonly release: () => void;
}

async function serveLibrary(options: Serving): Promise<Agent> {
  const { library, runDirectory, drivers, host } = options;
  const log = options.openLog?.(libraryLayout(library).log) ?? silentLog();
  const onError = (error: unknown): void => log.error({ error }, 'unexpected');
  const events = createEmitter<Events>(onError);
  const isOurs = ownPeers(host, onError);
  const startedAt = new Date().toISOString();
  let phase: AgentPhase = 'starting';
  let space: LibraryInfo['space'] = null;
  let feed: StateFeed | undefined;
  let server: ControlServer | undefined;

  const changed = (): void => feed?.changed();

  function notify(notice: Notice): void {
    log.warn(notice, notice.problem.message);
    events.emit('notice', notice);
  }

  async function measure(): Promise<void> {
    space = await measureSpace(host, library);
    changed();
  }

  const agreements = await openAgreements(libraryLayout(library).agreed, options.identity);
  const cold = { host, keys: options.keys ?? systemKeys() };
  const machines = await openMachines({
    library,
    contextFor: (config) => ({
      driver: driverFor(drivers, config.driver),
      identity: options.identity,
      assertAgreed: agreements.assertAgreed,
      torporVersion,
      cold,
      runDirectory: machineRunDirectory(runDirectory, config.id),
      onError,
    }),
    onChange: changed,
    onProblem: (machine, problem) => notify({ machine: machine.config.id, problem }),
  });
  if (agreements.isNew) await agreeToEarlierUse(machines, agreements, options.identity);
  const look = lookAgain(machines, (problem) => notify({ machine: null, problem }));
  const context: AgentContext = {
    library,
    runDirectory,
    drivers,
    host,
    log,
    machines,
    agreements,
    names: createNames(machines),
    wishes: createWishes(),
    creations: createCreations(changed),
    preflight: options.preflight ?? {},
    concurrency: options.concurrency ?? defaultConcurrency(),
    trash: options.trash ?? systemTrash,
    notify,
    assertAccepting() {
      if (phase === 'ending') throw new TorporError('BUSY', 'The agent is ending.');
    },
  };
  const outlook = createOutlookWatch({
    ...{ library, onError, preflight: context.preflight },
    machines: machines.open,
    onChange: changed,
  });
  const idle = createIdleWatch({
    machines: machines.open,
    async suspend(machine) {
      context.assertAccepting();
      machines.assertFree(machine);
      log.info({ machine: machine.config.name }, 'is idle and is suspended');
      await machine.suspend('idle');
    },
    onError,
    clock: options.idleClock ?? systemClock,
  });
  const compaction = createCompaction({
    machines: machines.open,
    isHeld: machines.isHeld,
    tell: (machine, problem) => notify({ machine: machine.config.id, problem }),
    clock: options.compactionClock ?? systemClock,
  });
  const room = createSpaceWatch({
    library,
    machines: machines.open,
    host,
    isHeld: machines.isHeld,
    warn: (problem) => notify({ machine: null, problem }),
    onLook: () => void measure(),
    onError,
    clock: options.spaceClock ?? systemClock,
  });
  const consoles = createConsoleHub(runDirectory, isOurs, idle.noteInput);
  const checks = createStateChecks({ machines, onChange: changed, onError });
  const watch = watchLibrary({ library, machines, look, onError });
  const cleaning = createCleaning(context);
  const tidyAfterWork = whenWorkEnds(async () => {
    cleaning.update();
    await measure();
  });
  const state = createStateFeed(
    () => ({
      agent: { version: torporVersion, pid: process.pid, startedAt, phase },
      library: { path: library, space, problem: room.problem ?? null },
      machines: machines.all().map((one) => viewListed(one, machines.isHeld, checks.of)),
      creations: context.creations.all(),
      outlook: outlook.current(),
    }),
    (told) => {
      watch.update();
      checks.update();
      idle.update();
      room.update();
      compaction.update();
      tidyAfterWork(told);
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
    onRefuse() {
      phase = 'ready';
      changed();
    },
    async close() {
      try {
        watch.close();
        await machines.settled();
        idle.close();
        await checks.close();
        room.close();
        await compaction.close();
        state.close();
        await consoles.close();
        await server?.close();
        await removeRecord(library);
        log.info('ended');
      } finally {
        options.release();
      }
    },
  });
  const handle = createHandlers({
    context,
    consoles,
    idle,
    cleaning,
    checks,
    compaction,
    outlook,
    async currentState() {
      await Promise.all([look(), measure()]);
      return state.current();
    },
    async endAgent(reason) {
      const reports = await ending.leaveMachines(reason);
      // Not awaited: this answer is sent first.
      ending.finish().catch(onError);
      return reports;
    },
  });

  async function detach(): Promise<void> {
    await ending.detachMachines();
    await ending.finish();
  }

  const socket = join(runDirectory, 'control.sock');
  try {
    server = await serveControl({ path: socket, handle, events, isOurs, log });
    await writeRecord(library, { pid: process.pid, socket, version: torporVersion, startedAt });
  } catch (error) {
    await ending.detachMachines().catch(onError);
    await ending.finish();
    throw error;
  }
  phase = 'ready';
  watch.update();
  void measure();
  void outlook.look();
  log.info({ machines: machines.all().length, library }, 'ready');

  async function launch(): Promise<void> {
    // Whoever started the agent has then subscribed to what this tells.
    await nextTurn();
    await restoreOnLaunch(planLaunch(machines.open()), {
      bound: context.concurrency,
      assertFree: machines.assertFree,
      log,
      notify,
      signal: ending.begun,
    });
  }

  const launched = options.restoreOnLaunch === false ? Promise.resolve() : launch();
  // What comes back anyway need not be compacted first.
  void launched.then(compaction.begin);

  return {
    socket,
    log,
    logPath: libraryLayout(library).log,
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
    detach,
  };
}
