import { realpath } from 'node:fs/promises';
import type { Place } from '../../core/driver.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import { bundleAt } from '../../core/library/bundle.ts';
import { openAccess } from './bookmarks.ts';
import { describeMachine } from './configuration.ts';
import { type Circumstances, type Doing, explain, failureOf, textOf } from './errors.ts';
import type {
  Handle,
  HostFacts,
  MachineDescription,
  MachineEvent,
  MachineState,
  VzNative,
} from './native-interface.ts';

/** What the framework's machine is doing, for those who hold it. */
export interface VmListener {
  state(state: MachineState): void;
  event(event: Exclude<MachineEvent, { kind: 'state' }>): void;
  /** It is gone and released; `problem` is absent when that was wanted, by whomever. Called once. */
  gone(problem: Problem | undefined): void;
}

/** One VZVirtualMachine: made for one boot or one restore, released when that has ended. */
export interface Vm {
  readonly handle: Handle;
  readonly description: MachineDescription;
  readonly state: MachineState;
  /** Rejects with what the framework's error means here; GUEST_ENDED when the VM is gone. */
  attempt<T>(
    doing: Doing,
    work: (handle: Handle) => Promise<T>,
    explainBy?: (error: unknown, circumstances: Circumstances) => TorporError,
  ): Promise<T>;
  /** From here on its end is told. Before, whoever is opening it tells it by an error. */
  goLive(listener: VmListener): void;
  /** Ends it if it runs, and releases it. Never told to the listener as a problem. */
  discard(): Promise<void>;
}

/** How long the delegate's word for why a VM stopped may come after the state itself. */
const lastWordMs = 2000;

/**
 * Builds the framework's machine for `place`, stopped. Throws what `explain` makes of a refused
 * description; nothing is left then.
 */
export async function openVm(native: VzNative, facts: HostFacts, place: Place): Promise<Vm> {
  const { name, hardware } = place.config;
  const circumstances = (doing: Doing) => ({ name, doing, facts });
  const closeAccess = await openAccess(native, facts, place.bundle, place.config);
  let description: MachineDescription;
  try {
    description = await withoutLinks(
      describeMachine(bundleAt(await realpath(place.bundle.path)), hardware),
    );
  } catch (error) {
    closeAccess();
    throw error;
  }
  let listener: VmListener | undefined;
  let early: Exclude<MachineEvent, { kind: 'state' }>[] = [];
  let earlyEnd: { readonly problem: Problem | undefined } | undefined;
  let state: MachineState = 'stopped';
  let isOver = false;
  let endIsWanted = false;
  let lastWord: NodeJS.Timeout | undefined;
  const over = Promise.withResolvers<void>();

  function finish(problem: Problem | undefined): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(lastWord);
    native.release(handle);
    closeAccess();
    listener?.gone(endIsWanted ? undefined : problem);
    over.resolve();
  }

  /** Before anybody listens the end is kept: the call in flight fails by itself, or it is told then. */
  function end(problem: Problem | undefined): void {
    if (listener === undefined) earlyEnd = { problem };
    else finish(problem);
  }

  function hear(event: MachineEvent): void {
    if (isOver) return;
    switch (event.kind) {
      case 'state':
        state = event.state;
        listener?.state(state);
        // The delegate says why. Should it not, the machine must not be thought to run for ever.
        if (listener !== undefined && (state === 'stopped' || state === 'error')) {
          lastWord ??= setTimeout(() => finish(endedUnexpectedly(name, undefined)), lastWordMs);
        }
        break;
      case 'guestStopped':
        end(undefined);
        break;
      case 'stoppedWithError':
        end(endedUnexpectedly(name, textOf(event.failure)));
        break;
      default:
        if (listener === undefined) early.push(event);
        else listener.event(event);
    }
  }

  let handle: Handle;
  try {
    assertValid(native, description);
    handle = await native.open(description, hear);
  } catch (error) {
    closeAccess();
    throw explain(error, circumstances('configured'));
  }

  return {
    handle,
    description,
    get state() {
      return state;
    },

    async attempt(doing, work, explainBy = explain) {
      if (isOver) throw hasEnded(name);
      try {
        return await Promise.race([
          work(handle),
          over.promise.then(() => Promise.reject(hasEnded(name))),
        ]);
      } catch (error) {
        throw explainBy(error, circumstances(doing));
      }
    },

    goLive(told) {
      listener = told;
      for (const event of early) told.event(event);
      early = [];
      if (earlyEnd !== undefined) finish(earlyEnd.problem);
    },

    async discard() {
      if (isOver) return;
      endIsWanted = true;
      try {
        if (state !== 'stopped' && state !== 'error') await native.stop(handle);
      } catch (error) {
        // It may have stopped by itself meanwhile; else it still runs, and whoever ends it must know.
        if (!isOver && failureOf(error) !== undefined && isAlive(state)) {
          endIsWanted = false;
          throw explain(error, circumstances('stopped'));
        }
      }
      finish(undefined);
    },
  };
}

/** By a call, so that the compiler does not take the state before an await for the one after it. */
function isAlive(state: MachineState): boolean {
  return state !== 'stopped' && state !== 'error';
}

function assertValid(native: VzNative, description: MachineDescription): void {
  const failure = native.validate(description);
  if (failure !== null) throw Object.assign(new Error(failure.description), { failure });
}

/** The framework does not follow symbolic links. */
async function withoutLinks(description: MachineDescription): Promise<MachineDescription> {
  const { bootLoader, storage, shares } = description;
  return {
    ...description,
    bootLoader:
      bootLoader.kind === 'linux'
        ? {
            ...bootLoader,
            kernel: await realpath(bootLoader.kernel),
            initrd: bootLoader.initrd === null ? null : await realpath(bootLoader.initrd),
          }
        : bootLoader,
    storage: await Promise.all(
      storage.map(async (device) =>
        device.kind === 'network' ? device : { ...device, path: await realpath(device.path) },
      ),
    ),
    shares: await Promise.all(
      shares.map(async (share) =>
        share.kind === 'rosetta'
          ? share
          : {
              ...share,
              folders: await Promise.all(
                share.folders.map(async (one) => ({ ...one, path: await realpath(one.path) })),
              ),
            },
      ),
    ),
  };
}

export function hasEnded(name: string): TorporError {
  return new TorporError('GUEST_ENDED', `The guest of “${name}” has ended.`);
}

function endedUnexpectedly(name: string, detail: string | undefined): Problem {
  return {
    code: 'GUEST_ENDED',
    message: `The virtual machine of “${name}” ended unexpectedly${detail === undefined ? '' : `: ${detail}`} What was in its memory is lost; its disks are as after a power cut.`,
    hint: 'Start it to boot again.',
    ...(detail === undefined ? {} : { details: { detail } }),
  };
}
