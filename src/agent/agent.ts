import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentPhase, LibraryInfo } from '../contract/app-state.ts';
import type { Events, Notice } from '../contract/requests.ts';
import { TorporError } from '../core/errors.ts';
import { createEmitter } from '../core/events.ts';
import { libraryLayout } from '../core/library/layout.ts';
import { openLibrary, sweepStaging } from '../core/library/library.ts';
import { systemKeys } from '../storage/keys/system-keys.ts';
import { openAgreements } from './agreements.ts';
import { defaultConcurrency } from './bounded.ts';
import { createCleaning } from './cleaning.ts';
import { systemClock } from './clock.ts';
import { createCompaction } from './compaction.ts';
import { createConsoleHub } from './console-hub.ts';
import { type AgentContext, driverFor } from './context.ts';
import { ownPeers } from './control/peer.ts';
import { type ControlServer, serveControl } from './control/server.ts';
import { createCreations } from './creations.ts';
import { createDownloads } from './downloads.ts';
import { createEnding } from './ending.ts';
import { createHandlers } from './handlers.ts';
import { createIdleWatch } from './idle-watch.ts';
import type { Agent, AgentOptions } from './interface.ts';
import { silentLog } from './log.ts';
import { lookAgain } from './look.ts';
import { openMachines } from './machines.ts';
import { createNames } from './names.ts';
import { once } from './once.ts';
import { createOutlookWatch } from './outlook.ts';
import { canonicalPath } from './paths.ts';
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

export type { Agent, AgentOptions, StopOptions } from './interface.ts';

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
  const downloads = createDownloads({
    ...{ library, onError, trash: context.trash, onChange: changed },
  });
  await downloads.load();
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
      downloads: downloads.all(),
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
        await downloads.close();
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
    downloads,
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
