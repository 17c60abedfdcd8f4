import { rmSync } from 'node:fs';
import type { Capability, Place, Save, Session } from '../../core/driver.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import { createSessionEmitter } from '../../core/session-events.ts';
import { createEcho } from './echo.ts';
import type { MemoryGuest } from './guest.ts';
import type { Attachment, MemoryHypervisor } from './hypervisor.ts';
import { tinyPng } from './png.ts';
import { writeState } from './state.ts';
import type { Step } from './steps.ts';

type CapabilityName = 'save' | 'requestStop' | 'screenshot' | 'console' | 'setClock' | 'activity';

/** Capabilities that a driver shall not have, each with the reason that people are told. */
export type Missing = Partial<Record<CapabilityName, Problem>>;

export interface SessionContext {
  readonly place: Place;
  readonly hypervisor: MemoryHypervisor;
  readonly version: string;
  readonly missing: Missing;
  readonly onListenerError: (error: unknown) => void;
}

/** Goes through a step of the hypervisor, unless the guest is gone or `signal` says to end. */
type Pass = (step: Step, signal?: AbortSignal) => Promise<void>;

/** A hold on the guest of `place`, which exists. */
export function createSession(context: SessionContext): Session {
  const { place, hypervisor, missing } = context;
  const { id, name } = place.config;
  const guest = hypervisor.guestOf(id);
  const events = createSessionEmitter(context.onListenerError);
  const gone = new AbortController();
  const letGo = (): void => {
    gone.abort(new TorporError('GUEST_ENDED', `The guest of “${name}” has ended.`));
  };

  const attachment: Attachment = {
    statusChanged: (status) => events.emit('statusChanged', status),
    problem: (problem) => events.emit('problem', problem),
    ended(problem) {
      // Before anybody hears of it, so that nobody finds the record of a guest known to be gone.
      rmSync(place.bundle.files.process, { force: true });
      letGo();
      events.end(problem);
    },
  };
  hypervisor.attach(id, attachment);

  const pass: Pass = (step, signal) =>
    hypervisor.pass(step, AbortSignal.any(signal ? [gone.signal, signal] : [gone.signal]));
  const capability = <T>(which: CapabilityName, use: T): Capability<T> => {
    const reason = missing[which];
    return reason === undefined ? { available: true, use } : { available: false, reason };
  };

  return {
    get status() {
      return guest.running ? 'running' : 'paused';
    },

    async pause(by = 'person') {
      await pass('pause');
      guest.pausedByPerson = by === 'person';
      hypervisor.setRunning(id, false);
    },

    async resume() {
      await pass('resume');
      guest.pausedByPerson = false;
      hypervisor.setRunning(id, true);
    },

    save: capability('save', createSave(context, guest, pass)),

    requestStop: capability('requestStop', async () => {
      await pass('requestStop');
      if (guest.listensToPowerButton) setImmediate(() => hypervisor.shutDown(id));
    }),

    screenshot: capability('screenshot', async () => {
      await pass('screenshot');
      return tinyPng.slice();
    }),

    console: capability(
      'console',
      createEcho(() => guest.running),
    ),

    setClock: capability('setClock', async () => {
      await pass('setClock');
      guest.clock = Date.now();
    }),

    activity: capability('activity', async () => {
      await pass('activity');
      return { cpuSeconds: guest.counter() / 1000 + guest.worked };
    }),

    async end() {
      if (gone.signal.aborted) return;
      await hypervisor.pass('end');
      hypervisor.remove(id);
    },

    async detach() {
      if (gone.signal.aborted) return;
      await pass('detach');
      hypervisor.detach(id, attachment);
      letGo();
    },

    on: events.on,
  };
}

function createSave(
  { place, hypervisor, version }: SessionContext,
  guest: MemoryGuest,
  pass: Pass,
): Save {
  const { id, hardware } = place.config;
  return async ({ mode, signal, onProgress }) => {
    const wasRunning = guest.running;
    const goOn = (): void => hypervisor.setRunning(id, wasRunning);
    hypervisor.setRunning(id, false);
    try {
      await pass('save', signal);
      const written = await writeState(place.bundle, mode, guest.image(), onProgress ?? ignored);
      await pass('written', signal);
      return {
        saved: {
          ...written,
          hypervisor: {
            driver: 'memory',
            version,
            machineType: hardware.machineType,
            accelerator: 'none',
            cpuModel: hardware.cpuModel,
            cpuFeatures: [],
          },
        },
        async abandon() {
          await pass('abandon');
          goOn();
        },
      };
    } catch (error) {
      goOn();
      throw error;
    }
  };
}

function ignored(): void {}
