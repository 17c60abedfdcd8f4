import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ableUnless } from '../../core/capability.ts';
import type { Place, Save, Session } from '../../core/driver.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import type { Host } from '../../core/host.ts';
import type { SavedFiles } from '../../core/saved-state/manifest.ts';
import type { SerialConsole } from '../../core/serial-console.ts';
import { createSessionEmitter } from '../../core/session-events.ts';
import { boundLog } from './bounded-log.ts';
import { cpuSecondsOf } from './cpu-time.ts';
import { setGuestClock } from './guest-agent.ts';
import { giveMemoryBack } from './memory-file.ts';
import { setMemoryTarget } from './memory-target.ts';
import type { QemuProcess } from './process.ts';
import { type ProcessRecord, removeProcessRecord, writeProcessRecord } from './process-record.ts';
import type { QmpClient } from './qmp/client.ts';
import { unlessDisconnected } from './qmp/errors.ts';
import { runFiles } from './run-files.ts';
import { flushAhead, removeSaved, reserveRoom, saveInstant, saveStreamed } from './save.ts';
import { takeScreenshot } from './screenshot.ts';
import { failedDisk, watchGuest } from './watch-guest.ts';

export interface SessionInput {
  readonly host: Host;
  readonly place: Place;
  readonly process: QemuProcess;
  readonly qmp: QmpClient;
  readonly console: SerialConsole;
  readonly record: ProcessRecord;
  readonly status: 'running' | 'paused';
  /** Why this guest cannot be saved, when it cannot. */
  readonly blocker: Problem | undefined;
  readonly onError: (error: unknown) => void;
}

/** How long QEMU may take to end after `quit`; its disks are flushed by then. */
const quitPatienceMs = 10_000;

/** A session over QMP; the process goes on without it until `end()`. */
export function createSession(input: SessionInput): Session {
  const { host, place, process, qmp, onError } = input;
  const { bundle, config } = place;
  const { sockets } = runFiles(place.runDirectory);
  const events = createSessionEmitter(onError);
  let status = input.status;
  let record = input.record;
  const displayMissing = config.hardware.display === 'none' ? noDisplay : undefined;
  let detached = false;

  const guest = watchGuest(qmp, {
    onStatus(next) {
      if (next === status) return;
      status = next;
      events.emit('statusChanged', next);
    },
    onProblem: (problem) => events.emit('problem', problem),
  });
  const stopBounding = boundLog(bundle.files.hypervisorLog, onError);
  const gone = untilGone().catch(onError);

  async function untilGone(): Promise<void> {
    await qmp.closed;
    stopBounding();
    if (detached) return;
    await process.exited();
    await input.console.close();
    await removeProcessRecord(bundle.files.process);
    await rm(place.runDirectory, { recursive: true, force: true });
    const problem = guest.reasonForEnd(config.name);
    events.end(problem);
  }

  async function remember(pausedByPerson: boolean): Promise<void> {
    if (record.pausedByPerson === pausedByPerson) return;
    const next = { ...record, pausedByPerson };
    await writeProcessRecord(bundle.files.process, next);
    record = next;
  }

  async function stopGuest(): Promise<void> {
    await qmp.execute('stop');
  }

  async function runGuest(): Promise<void> {
    const [before] = await Promise.all([qmp.execute('query-status'), qmp.execute('cont')]);
    // What a disk failed to do is tried again meanwhile: only then is it known whether the guest runs.
    if (before.status === 'io-error') await qmp.execute('transaction', { actions: [] });
    const { running, status: now } = await qmp.execute('query-status');
    if (running) return;
    // Its vCPUs ran until the disk failed. QEMU 10 may tell of that a second late, so it is told here.
    if (now === 'io-error') return events.emit('problem', await failedDisk(qmp));
    throw new TorporError('HYPERVISOR_FAILED', 'QEMU did not let the guest run.');
  }

  const save: Save = async (options) => {
    const instant = record.memory === 'file' && options.mode === 'instant';
    const memoryBytes = config.hardware.memoryMiB * 1024 * 1024;
    const saveInput = {
      host,
      bundle,
      qmp,
      socket: join(place.runDirectory, 'out.sock'),
      memoryBytes,
      options,
    };
    const wasRunning = status === 'running';
    await reserveRoom(saveInput, instant);
    await faultPoint('save.reserved');
    const abandon = async (): Promise<void> => {
      // Only then: of a guest that is gone these files may be all there is.
      await (wasRunning ? runGuest() : qmp.execute('query-status'));
      await removeSaved(saveInput, instant).catch(onError);
    };
    try {
      const flushed = instant ? await flushAhead(saveInput) : 'not yet';
      if (wasRunning) await stopGuest();
      await faultPoint('save.stopped');
      const parts = instant ? await saveInstant(saveInput, flushed) : await saveStreamed(saveInput);
      const saved = { ...parts, ...describe(instant) };
      if (!instant) return { saved, abandon };
      return { saved, abandon, giveBack: () => giveMemoryBack(host, bundle.files.memory) };
    } catch (error) {
      await abandon();
      throw error;
    }
  };

  function describe(instant: boolean): Pick<SavedFiles, 'mode' | 'hypervisor'> {
    const { version, machineType, accelerator, cpuModel, cpuFeatures } = record;
    return {
      mode: instant ? 'instant' : 'streamed',
      hypervisor: { driver: 'qemu', version, machineType, accelerator, cpuModel, cpuFeatures },
    };
  }

  async function end(): Promise<void> {
    guest.expectEnd();
    const timer = setTimeout(() => process.kill(), quitPatienceMs);
    try {
      await qmp.execute('quit').catch(unlessDisconnected);
      await gone;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    get status() {
      return status;
    },
    async pause(by = 'person') {
      await remember(by === 'person');
      await stopGuest();
    },
    async resume() {
      await remember(false);
      await runGuest();
    },
    save: ableUnless(input.blocker, save),
    requestStop: ableUnless(undefined, async () => {
      await qmp.execute('system_powerdown');
    }),
    screenshot: ableUnless(displayMissing, () => takeScreenshot(qmp, place.runDirectory)),
    activity: ableUnless(undefined, async () => ({
      cpuSeconds: await cpuSecondsOf(process.pid),
    })),
    vnc: ableUnless(displayMissing, sockets.vnc),
    console: { available: true, use: input.console },
    setClock: { available: true, use: () => setGuestClock(sockets.guestAgent) },
    // Of a guest whose memory is a file nothing is asked: see lacks().
    ...(record.memory === 'file'
      ? {}
      : {
          adjust: ({ memoryTargetMiB }) => setMemoryTarget(qmp, config.hardware, memoryTargetMiB),
        }),
    end,
    async detach() {
      detached = true;
      qmp.close();
      await input.console.close();
    },
    on: events.on,
  };
}

const noDisplay: Problem = {
  code: 'CAPABILITY_MISSING',
  message: 'This machine has no display.',
  hint: 'Set its display to “vnc” while it is stopped.',
};
