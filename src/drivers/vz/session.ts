import { rm } from 'node:fs/promises';
import { ableUnless } from '../../core/capability.ts';
import type { Place, Save, Session } from '../../core/driver.ts';
import { type Problem, TorporError, toTorporError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { createSessionEmitter } from '../../core/session-events.ts';
import { adjustGuest, noDisplay, showAsItIs } from './adjust.ts';
import { leftOut } from './configuration.ts';
import { versionText } from './errors.ts';
import type { Guest } from './guest.ts';
import type { HostFacts, VzNative } from './native-interface.ts';
import { assertRoom, saveBlocker, saveState } from './save.ts';
import { hasEnded } from './vm.ts';
import { type WindowWords, windowOptions } from './window.ts';

export interface SessionInput {
  readonly native: VzNative;
  readonly host: Pick<Host, 'space' | 'flush'>;
  readonly facts: HostFacts;
  readonly place: Place;
  readonly guest: Guest;
  readonly words: () => WindowWords;
  readonly onError: (error: unknown) => void;
}

/** An agent's hold on a guest of this process. */
export function createSession(input: SessionInput): Session {
  const { native, facts, place, guest, words, onError } = input;
  const { config } = place;
  const { vm } = guest;
  const events = createSessionEmitter(onError);
  let isOver = false;
  let { policy } = config;
  const letGo = guest.attach({
    statusChanged(status) {
      if (!isOver) showAsItIs(input, { ...config, policy });
      events.emit('statusChanged', status);
    },
    problem: (problem) => events.emit('problem', problem),
    windowCommand: (command) => events.emit('windowCommand', command),
    ended(problem) {
      isOver = true;
      events.end(problem);
    },
  });

  const assertHeld = (): void => {
    if (isOver) throw hasEnded(config.name);
  };

  const missingDevices = leftOut(config.hardware);

  return {
    endsWithProcess: true,
    ...(missingDevices === undefined ? {} : { leftOut: missingDevices }),
    get status() {
      return guest.status;
    },

    async pause(by = 'person') {
      assertHeld();
      guest.pausedByPerson = by === 'person';
      await guest.pause();
    },

    async resume() {
      assertHeld();
      guest.pausedByPerson = false;
      await guest.run();
    },

    save: ableUnless(saveBlocker(native, facts, vm.description), createSave(input)),

    requestStop: ableUnless(undefined, () =>
      vm.attempt('stopped', (handle) => native.requestStop(handle)),
    ),

    screenshot: ableUnless(
      config.hardware.display === 'none' ? noDisplay : noWindows(facts),
      async () => {
        const png = await vm.attempt('shown', (handle) => native.screenshot(handle));
        if (png !== null) return png;
        throw new TorporError('CAPABILITY_MISSING', `“${config.name}” has no window open.`, {
          hint: 'Open its window, then try again.',
        });
      },
    ),

    console:
      guest.console === undefined
        ? { available: false, reason: noConsole }
        : { available: true, use: guest.console },

    setClock: { available: false, reason: ownClock },

    activity: { available: false, reason: noActivity },

    window: ableUnless(config.hardware.display === 'none' ? noDisplay : noWindows(facts), {
      show() {
        assertHeld();
        native.openWindow(vm.handle, windowOptions({ ...config, policy }, guest.status, words()));
      },
      hide() {
        assertHeld();
        native.closeWindow(vm.handle);
      },
    }),

    async adjust(next) {
      assertHeld();
      const before = policy;
      policy = next;
      await adjustGuest(input, before, next);
    },

    async end() {
      if (!isOver) await guest.end();
    },

    async detach() {
      letGo();
      isOver = true;
    },

    on: events.on,
  };
}

/**
 * Pauses the guest and saves it. Both of core's modes are one here, since the framework keeps guest
 * memory to itself: the state is streamed.
 */
function createSave(input: SessionInput): Save {
  const { native, facts, place, guest, onError } = input;
  const { bundle, config } = place;
  const { vm } = guest;
  return async (options) => {
    const blocker = saveBlocker(native, facts, vm.description);
    if (blocker !== undefined) throw new TorporError(blocker.code, blocker.message, blocker);
    options.signal?.throwIfAborted();
    await assertRoom({ ...input, vm });
    const wasRunning = guest.status === 'running';
    const goOn = async (): Promise<void> => {
      // Only then: of a guest that is gone this file may be all there is.
      await (wasRunning ? guest.run() : vm.attempt('resumed', async () => {}));
      await rm(bundle.files.streamState, { force: true }).catch(onError);
    };
    if (wasRunning) await guest.pause();
    try {
      const file = await saveState({ ...input, vm, options });
      return {
        saved: {
          mode: 'streamed',
          files: [file],
          memory: null,
          hypervisor: {
            driver: 'vz',
            version: versionText(facts),
            machineType: config.hardware.machineType,
            accelerator: 'hvf',
            cpuModel: config.hardware.cpuModel,
            cpuFeatures: [],
          },
        },
        abandon: goOn,
      };
    } catch (error) {
      await goOn().catch((second: unknown) => {
        throw standsStill(error, second);
      });
      throw error;
    }
  };
}

/** Both failures, unless the guest has ended, which explains both. */
function standsStill(error: unknown, second: unknown): TorporError {
  const [first, then] = [toTorporError(error), toTorporError(second)];
  if (then.code === 'GUEST_ENDED') return then;
  return new TorporError(first.code, `${first.message} The guest stands still: ${then.message}`, {
    hint: 'It holds its memory. Resume it, or stop it with --force.',
    details: first.details,
    cause: new AggregateError([error, second]),
  });
}

function noWindows({ hasWindows }: HostFacts): Problem | undefined {
  if (hasWindows) return undefined;
  return {
    code: 'CAPABILITY_MISSING',
    message: 'The agent of this library runs without windows.',
    hint: 'End it with “torpor agent stop” and open the app, which then is the agent.',
  };
}

const noConsole: Problem = {
  code: 'CAPABILITY_MISSING',
  message: 'macOS guests have no serial console.',
};

const noActivity: Problem = {
  code: 'CAPABILITY_MISSING',
  message:
    'Apple’s framework does not tell how much a guest works, so it is never suspended for being idle.',
};

const ownClock: Problem = {
  code: 'CAPABILITY_MISSING',
  message:
    'Apple’s framework cannot tell a guest the time; guests ask a time server by themselves.',
};
