import type {
  MachineDescription,
  MachineEvent,
  MachineState,
  WindowOptions,
} from '../../../../src/drivers/vz/native-interface.ts';
import { exception, limitReached, nativeError, serviceDied, vzFailure } from './failures.ts';
import { bootGuest, type StandInGuest, wakeGuest } from './guest.ts';
import { type LiveMachine, type Mac, macosGuests } from './mac.ts';
import { validateSaveRestore } from './rules.ts';
import { readState, writeState } from './state-file.ts';

/** One machine of the stand-in: states, and in which order what is told. */
export interface StandInMachine {
  readonly description: MachineDescription;
  readonly state: MachineState;
  readonly guest: StandInGuest | undefined;
  start(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
  requestStop(): Promise<void>;
  save(path: string): Promise<void>;
  restore(path: string): Promise<void>;
  /** For the installer: from stopped to a guest that installs, and to its end. */
  beginInstall(): void;
  endInstall(): void;
  write(bytes: Uint8Array): void;
  reconnect(): Promise<void>;
  openWindow(options: WindowOptions): void;
  closeWindow(): void;
  readonly hasWindow: boolean;
  setMemoryTarget(bytes: number): Promise<void>;
  setDisplaySize(width: number, height: number): Promise<void>;
  release(): void;
}

export function createMachine(
  mac: Mac,
  description: MachineDescription,
  onEvent: (event: MachineEvent) => void,
): StandInMachine {
  const id = description.platform.machineIdentifier;
  const files = filesOf(description);
  let state: MachineState = 'stopped';
  let guest: StandInGuest | undefined;
  let isFresh = true;
  let isReleased = false;
  let window: WindowOptions | undefined;
  let memoryTarget: number | undefined;
  let displaySize: string | undefined;
  /** The machine’s own queue: one call at a time, and nobody is called from inside a call. */
  let queue: Promise<unknown> = Promise.resolve();

  function tell(event: MachineEvent): void {
    const turns = mac.tellsLate && event.kind === 'state' ? lateTurns : 1;
    void afterTurns(turns).then(() => {
      if (!isReleased) onEvent(event);
    });
  }

  function become(next: MachineState): void {
    state = next;
    tell({ kind: 'state', state: next });
    if (next !== 'stopped' && next !== 'error') return;
    if (guest !== undefined) guest.running = false;
    mac.live.delete(id);
    for (const file of files) mac.lockedFiles.delete(file);
  }

  function expect(allowed: readonly MachineState[], code: number): void {
    if (allowed.includes(state)) return;
    throw nativeError(vzFailure(code, `The virtual machine is in the state “${state}”.`));
  }

  function onQueue(work: () => Promise<void>): Promise<void> {
    const mine = queue.then(nextTurn).then(() => {
      if (isReleased) throw nativeError(exception('The machine was released.'));
      return work();
    });
    queue = mine.catch(heardByCaller);
    return mine;
  }

  /** What takes a place on the Mac: the third macOS guest is refused, files are locked. */
  function takePlace(): void {
    if (description.platform.kind === 'mac' && macosGuests(mac) >= 2)
      throw nativeError(limitReached);
    if (files.some((file) => mac.lockedFiles.has(file))) {
      throw nativeError(vzFailure(2, 'The storage device attachment is invalid.'));
    }
    for (const file of files) mac.lockedFiles.add(file);
  }

  function live(image: StandInGuest): void {
    guest = image;
    mac.live.set(id, {
      description,
      guest: image,
      kill: () => die(),
      shutDown: () => shutDown(),
      disconnectNetwork: () =>
        tell({ kind: 'networkDisconnected', failure: vzFailure(7, 'The network was lost.') }),
      failNetworkDisk: (disk) =>
        tell({
          kind: 'networkDiskFailed',
          disk,
          failure: vzFailure(20002, 'The server disconnected.'),
        }),
      connectNetworkDisk: (disk) => tell({ kind: 'networkDiskConnected', disk }),
      closeWindow: () => tell({ kind: 'windowCloseRequested' }),
      choose(label) {
        const item = window?.menu.find((one) => one.kind === 'command' && one.label === label);
        if (item?.kind !== 'command') throw new Error(`the menu has no “${label}”`);
        tell({ kind: 'windowCommand', command: item.command });
      },
      get window() {
        return window;
      },
      get memoryTarget() {
        return memoryTarget;
      },
      get displaySize() {
        return displaySize;
      },
    } satisfies LiveMachine);
  }

  function die(): void {
    if (state === 'stopped') return;
    become('error');
    tell({ kind: 'stoppedWithError', failure: serviceDied });
  }

  function shutDown(): void {
    if (state !== 'running') return;
    become('stopped');
    tell({ kind: 'guestStopped' });
  }

  return {
    description,
    get state() {
      return state;
    },
    get guest() {
      return guest;
    },
    get hasWindow() {
      return window !== undefined;
    },

    start: () =>
      onQueue(async () => {
        expect(['stopped', 'error'], 4);
        takePlace();
        isFresh = false;
        become('starting');
        try {
          await mac.pass('start');
        } catch (error) {
          become('stopped');
          throw error;
        }
        const booted = bootGuest(mac.now);
        live(booted);
        booted.running = true;
        become('running');
      }),

    pause: () =>
      onQueue(async () => {
        expect(['running'], 4);
        await mac.pass('pause');
        become('pausing');
        if (guest !== undefined) guest.running = false;
        become('paused');
      }),

    resume: () =>
      onQueue(async () => {
        expect(['paused'], 4);
        await mac.pass('resume');
        become('resuming');
        if (guest !== undefined) guest.running = true;
        become('running');
      }),

    // A stop is not told to the delegate: only its completion says so.
    stop: () =>
      onQueue(async () => {
        expect(['running', 'paused'], 4);
        await mac.pass('stop');
        become('stopping');
        become('stopped');
      }),

    requestStop: () =>
      onQueue(async () => {
        expect(['running'], 3);
        await mac.pass('requestStop');
        if (guest?.listensToPowerButton) setImmediate(shutDown);
      }),

    save: (path) =>
      onQueue(async () => {
        expect(['paused'], 3);
        const blocker = validateSaveRestore(mac, description);
        if (blocker !== null) throw nativeError(vzFailure(11, 'The machine cannot be saved.'));
        if (guest === undefined) throw new Error('a paused machine without a guest');
        const { nonce } = guest;
        become('saving');
        try {
          await mac.pass('save');
          const image = { nonce, counter: guest.counter() };
          await writeState(mac, path, description, image, nextTurn);
          await mac.pass('saved');
          if (mac.live.get(id) === undefined) throw nativeError(serviceDied);
        } finally {
          if (state === 'saving') become('paused');
        }
      }),

    restore: (path) =>
      onQueue(async () => {
        expect(['stopped'], 4);
        if (!isFresh) throw nativeError(vzFailure(12, 'The machine has run already.'));
        takePlace();
        isFresh = false;
        become('restoring');
        try {
          await mac.pass('restore');
          live(wakeGuest(await readState(mac, path, description), mac.now));
          become('paused');
        } catch (error) {
          become('stopped');
          throw error;
        }
      }),

    beginInstall() {
      expect(['stopped'], 3);
      if (!isFresh) throw nativeError(exception('A machine can be installed once.'));
      takePlace();
      isFresh = false;
      live(bootGuest(mac.now));
      become('running');
    },

    endInstall() {
      if (state !== 'stopped') become('stopped');
      tell({ kind: 'guestStopped' });
    },

    write(bytes) {
      if (!description.serial || guest?.running !== true) return;
      tell({ kind: 'console', bytes: bytes.slice() });
    },

    setMemoryTarget: (bytes) =>
      onQueue(async () => {
        if (!description.balloon) throw nativeError(exception('the machine has no balloon'));
        await mac.pass('setMemoryTarget');
        memoryTarget = bytes;
      }),

    // A guest whose display driver is not up yet refuses.
    setDisplaySize: (width, height) =>
      onQueue(async () => {
        if (description.graphics === null) throw nativeError(vzFailure(10, 'No display.'));
        await mac.pass('setDisplaySize');
        displaySize = `${width}x${height}`;
      }),

    reconnect: () => onQueue(() => mac.pass('reconnectNetwork')),

    openWindow(options) {
      if (!mac.facts.hasWindows) throw nativeError(exception('There is no app.'));
      if (description.graphics === null) throw nativeError(exception('There is no display.'));
      window = options;
    },
    closeWindow() {
      window = undefined;
    },

    release() {
      isReleased = true;
      window = undefined;
      // As the machine’s process ends with its object.
      if (state !== 'stopped' && state !== 'error') become('stopped');
    },
  };
}

function filesOf({ storage, platform }: MachineDescription): string[] {
  const writable = storage.flatMap((device) =>
    device.kind === 'image' && !device.readOnly ? [device.path] : [],
  );
  const auxiliary = platform.kind === 'mac' ? platform.auxiliaryStorage : null;
  return auxiliary === null ? writable : [...writable, auxiliary];
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const lateTurns = 10;

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}

function heardByCaller(): void {}
