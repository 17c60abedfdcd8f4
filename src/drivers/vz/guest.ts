import type { Place, WindowCommand } from '../../core/driver.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import { openConsole, type SerialConsole } from '../../core/serial-console.ts';
import type { MachineState, VzNative } from './native-interface.ts';
import { watchNetwork } from './network-watch.ts';
import { removeRecord, writeRecord } from './record.ts';
import type { Vm } from './vm.ts';
import { commandOf } from './window.ts';

/** What an agent's side of a guest hears of it. */
export interface Attachment {
  statusChanged(status: 'running' | 'paused'): void;
  problem(problem: Problem): void;
  windowCommand(command: WindowCommand): void;
  ended(problem: Problem | undefined): void;
}

/**
 * A guest that exists in this process, whoever holds it. It outlives sessions and agents, but not
 * the process.
 */
export interface Guest {
  readonly vm: Vm;
  readonly status: 'running' | 'paused';
  readonly console: SerialConsole | undefined;
  /** A person paused it, so an agent that adopts it leaves it paused. */
  pausedByPerson: boolean;
  pause(): Promise<void>;
  run(): Promise<void>;
  /** Ends it at once; resolves when nothing of it is left. */
  end(): Promise<void>;
  /** Makes `attachment` the one that hears of it; an earlier one hears no more. Returns what lets go. */
  attach(attachment: Attachment): () => void;
}

/** The guests of this process, by machine id; one list for each native part. */
const guests = new WeakMap<VzNative, Map<string, Guest>>();

export function guestsOf(native: VzNative): Map<string, Guest> {
  const known = guests.get(native) ?? new Map<string, Guest>();
  guests.set(native, known);
  return known;
}

/** Two guests on one machine’s files would destroy them; the framework’s own locks are the second guard. */
export function assertNoGuest(native: VzNative, { config }: Place): void {
  if (!guestsOf(native).has(config.id)) return;
  throw new TorporError('HYPERVISOR_FAILED', `A guest of “${config.name}” runs already.`);
}

export interface GuestInput {
  readonly native: VzNative;
  readonly place: Place;
  readonly vm: Vm;
  readonly onError: (error: unknown) => void;
}

/** Holds the guest of `vm`, which exists, and writes the record by which a later agent knows of it. */
export async function holdGuest({ native, place, vm, onError }: GuestInput): Promise<Guest> {
  const { bundle, config } = place;
  const console = vm.description.serial
    ? await openConsole(
        bundle.files.serialLog,
        (bytes) => native.writeConsole(vm.handle, bytes),
        onError,
      )
    : undefined;
  const gone = Promise.withResolvers<void>();
  let attachment: Attachment | undefined;
  let status: 'running' | 'paused' = vm.state === 'running' ? 'running' : 'paused';

  const tell = (problem: Problem): void => attachment?.problem(problem);
  const network = watchNetwork(
    config.name,
    () => vm.attempt('started', (handle) => native.reconnectNetwork(handle)),
    tell,
  );

  function settle(state: MachineState): void {
    if ((state !== 'running' && state !== 'paused') || state === status) return;
    status = state;
    attachment?.statusChanged(state);
  }

  async function clear(problem: Problem | undefined): Promise<void> {
    guestsOf(native).delete(config.id);
    await console?.close();
    // Nobody heard of the end: then the record is what tells the next agent.
    if (attachment !== undefined) await removeRecord(place);
    attachment?.ended(problem);
    gone.resolve();
  }

  const guest: Guest = {
    vm,
    console,
    pausedByPerson: false,
    get status() {
      return status;
    },
    // The completion and the change of state come by different ways; either may be first.
    async pause() {
      await vm.attempt('paused', (handle) => native.pause(handle));
      settle('paused');
    },
    async run() {
      await vm.attempt('resumed', (handle) => native.resume(handle));
      settle('running');
    },
    async end() {
      await vm.discard();
      await gone.promise;
    },
    attach(next) {
      attachment = next;
      return () => {
        if (attachment === next) attachment = undefined;
      };
    },
  };

  try {
    await writeRecord(place);
  } catch (error) {
    await console?.close();
    throw error;
  }
  guestsOf(native).set(config.id, guest);
  vm.goLive({
    state: settle,
    gone: (problem) => void clear(problem).catch(onError),
    event(event) {
      switch (event.kind) {
        case 'console':
          return console?.receive(event.bytes);
        case 'networkDisconnected':
          return void network.disconnected(event.failure);
        case 'networkDiskConnected':
          network.diskConnected(event.disk);
          // Whatever it may have stood for is over: the next loss is another.
          return attachment?.statusChanged(status);
        case 'networkDiskFailed':
          return network.diskFailed(event.disk, event.failure);
        case 'windowCloseRequested':
          return attachment?.windowCommand('close');
        case 'windowCommand': {
          const command = commandOf(event.command);
          return command && attachment?.windowCommand(command);
        }
      }
    },
  });
  settle(vm.state);
  return guest;
}
