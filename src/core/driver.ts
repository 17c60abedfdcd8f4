import type {
  Architecture,
  DriverId,
  Hardware,
  MachineConfig,
  Policy,
  StateMode,
} from './config.ts';
import type { Problem } from './errors.ts';
import type { Bundle } from './library/bundle.ts';
import type { Manifest, SavedFiles } from './saved-state/manifest.ts';

/**
 * The port that every hypervisor implements. A driver starts machines, brings them back and finds
 * them again; a session is its hold on one machine whose guest exists. Core owns policy, the order
 * of a suspension and every decision about saved states; a driver only obeys.
 *
 * test/drivers/conformance.ts says the same in tests.
 */
export interface Driver {
  readonly id: DriverId;
  readonly displayName: string;
  /** Whether machines can run here now, and if not why. Asked anew each time; cheap after the first. */
  availability(): Promise<Availability>;
  /** Settles what a new machine must have pinned for life: machine type, CPU model, MAC address. */
  plan(wish: HardwareWish): Promise<Hardware>;
  /** Creates an empty disk image; the path must not exist. Size in bytes. */
  createDisk(path: string, format: 'raw' | 'qcow2', bytes: number): Promise<void>;
  /** The hardware of a clone: the same machine, with another identity wherever two must differ. */
  renew(hardware: Hardware): Promise<Hardware>;
  /** Puts what a new machine of this hardware needs into its staged bundle, such as firmware variables. */
  prepare(staged: Bundle, hardware: Hardware): Promise<void>;
  /** Boots the machine. On failure nothing runs and the bundle is as it was. */
  start(place: Place, options: StartOptions): Promise<Session>;
  /**
   * Loads a saved state that core has verified. The session is paused and the guest has not run an
   * instruction; `resume()` makes it. On failure nothing runs and the state's files are as they were.
   */
  restore(place: Place, manifest: Manifest, options: LoadOptions): Promise<Session>;
  /** Finds the guest that an earlier agent left behind. */
  adopt(place: Place): Promise<Adoption>;
  /**
   * Installs macOS into a staged bundle, where it makes the first disk and the firmware's files.
   * When it fails both are gone again; the restore image is never touched. Absent where the driver
   * has no macOS guests.
   */
  readonly installMacos?: (place: Place, options: InstallOptions) => Promise<void>;
  /**
   * Lets the files that the machine names outside its bundle be used until the returned function is called,
   * for what is read of them while it does not run. Throws DISK_UNAVAILABLE. Absent where they simply can be.
   */
  readonly reach?: (place: Pick<Place, 'bundle' | 'config'>) => Promise<() => void>;
  /** Why a machine cannot have such a choice; undefined where it can. Looks at nothing but `config`. */
  lacks(choice: LiveChoice, config: MachineConfig): Problem | undefined;
}

/**
 * What can be chosen also while the guest runs, where the driver can: how much memory it shall keep,
 * and how its native window behaves. Both are policies, and `Session.adjust` takes them over.
 */
export type LiveChoice = 'memoryTarget' | 'window';

export interface InstallOptions extends StartOptions {
  /** A restore image on this computer. */
  readonly image: string;
  readonly diskBytes: number;
  /** Called right before anything is written; throws to refuse. */
  readonly preflight: () => Promise<void>;
  /** The fraction that is installed, from 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export type Availability =
  | { readonly available: true; readonly version: string; readonly facts: readonly Fact[] }
  | { readonly available: false; readonly problem: Problem; readonly facts: readonly Fact[] };

/** One line of `torpor doctor`. */
export interface Fact {
  readonly subject: string;
  readonly verdict: 'good' | 'note' | 'bad';
  readonly text: string;
}

/** Where a machine's files are: its bundle, and a private directory for sockets, gone after a reboot. */
export interface Place {
  readonly bundle: Bundle;
  readonly config: MachineConfig;
  readonly runDirectory: string;
}

/** What a person asked for; whatever is absent the driver decides. */
export interface HardwareWish extends Pick<Hardware, 'boot' | 'disks' | 'iso' | 'display'> {
  readonly architecture?: Architecture | undefined;
  readonly cpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly network: boolean;
  /** The image that a macOS guest will be installed from, which says what hardware it needs. */
  readonly restoreImage?: string | undefined;
}

export interface StartOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface LoadOptions extends StartOptions {
  readonly onProgress?: ((progress: Amount) => void) | undefined;
}

export interface SaveOptions extends LoadOptions {
  readonly mode: StateMode;
}

/** Bytes done of bytes to do; `total` may grow. */
export interface Amount {
  readonly done: number;
  readonly total: number;
  /** What is being done, where it is not the operation itself. */
  readonly phase?: 'expanding' | 'encrypting';
}

export type Adoption =
  /** `shouldRun` is false when a person had paused it; else a paused guest waits for a step that died. */
  | {
      readonly found: 'session';
      readonly session: Session;
      readonly shouldRun: boolean;
      /** Why the guest stands although nobody paused it: its disk failed, or its volume is full. */
      readonly waitsFor?: Problem;
    }
  /** Nothing ran here. */
  | { readonly found: 'nothing' }
  /** A guest ran here and ended without anybody noticing; `problem` says what is known. */
  | { readonly found: 'ended'; readonly problem: Problem };

export type Pauser = 'person' | 'agent';

/** Something a session can do, or the reason why it cannot. */
export type Capability<T> =
  | { readonly available: true; readonly use: T }
  | { readonly available: false; readonly reason: Problem };

export interface Session {
  /** What the guest is now, from the hypervisor's own events. */
  readonly status: 'running' | 'paused';
  /** What the agent paused by itself goes on when another agent adopts it, what a person did does not. */
  pause(by?: Pauser): Promise<void>;
  /**
   * Makes the guest run. When it fails the guest has not run. A guest whose disk fails at once has run:
   * that is no failure, but a `problem`, told before this returns, and the guest stands again.
   */
  resume(): Promise<void>;
  readonly save: Capability<Save>;
  /** Asks the guest to shut down; returns when it was asked, `ended` tells when it did. */
  readonly requestStop: Capability<() => Promise<void>>;
  /** PNG of the guest's display. */
  readonly screenshot: Capability<() => Promise<Uint8Array>>;
  readonly console: Capability<Console>;
  /** Tells the guest the time of day; rejects when nobody in the guest answers. */
  readonly setClock: Capability<() => Promise<void>>;
  /** What the guest has done so far, to tell one that idles; absent where the driver cannot say. */
  readonly activity?: Capability<() => Promise<GuestActivity>>;
  /** The unix socket of a VNC server that shows the guest's display; absent where there is none. */
  readonly vnc?: Capability<string>;
  /** A native window on the guest's display; absent where the driver has no such windows. */
  readonly window?: Capability<GuestWindow>;
  /**
   * Takes over what the policy says of a guest that is there: its native window, and how much memory it
   * shall keep, which the guest is asked for. Absent where the driver has neither.
   */
  readonly adjust?: (policy: Policy) => Promise<void>;
  /** What was chosen for the machine and its guest has not got; absent when it has all of it. */
  readonly leftOut?: Problem;
  /** The VM lives in this process and dies with it, so it must be saved before the process ends. */
  readonly endsWithProcess?: true;
  /**
   * Ends the VM at once, as pulling the plug does. Resolves when nothing of it runs any more, also
   * when it had ended before.
   */
  end(): Promise<void>;
  /** Lets go: the VM runs on, without this process. */
  detach(): Promise<void>;
  on<K extends keyof SessionEvents>(
    event: K,
    listener: (payload: SessionEvents[K]) => void,
  ): () => void;
}

export interface SessionEvents {
  statusChanged: 'running' | 'paused';
  /**
   * The VM is gone. `problem` is absent when the guest shut down or `end()` was called. Told once;
   * kept for the first listener when there is none yet (createSessionEmitter does that).
   */
  ended: { readonly problem?: Problem };
  /**
   * Something a person should know while the guest goes on, or waits: after NO_SPACE and
   * DISK_UNAVAILABLE it stands until it is resumed, which tries again. Kept for the first listener too.
   */
  problem: Problem;
  /** A person chose it in the native window; nothing has happened yet. */
  windowCommand: WindowCommand;
}

/** `close` is the window's own button as well: the window stays open; see the policy. */
export type WindowCommand =
  | 'captureSystemKeys'
  | 'followResize'
  | 'suspend'
  | 'pause'
  | 'resume'
  | 'close';

export interface GuestActivity {
  /** CPU time used in this session, or since the VM began; it never goes back while the session lasts. */
  readonly cpuSeconds: number;
}

/** A native window. Hiding it changes nothing for the guest. */
export interface GuestWindow {
  /** Opens it, or brings it to the front. */
  show(): void;
  hide(): void;
}

/**
 * Stops the guest and writes its state into the bundle's state directory, flushed to the medium.
 * The VM then stays stopped, until `end()` after the state was committed or `abandon()` otherwise.
 * When it rejects, the guest runs on as before.
 */
export type Save = (options: SaveOptions) => Promise<{
  readonly saved: SavedFiles;
  /**
   * Undoes a save that will not be committed: the guest is as it was before, running if it ran. Rejects
   * when it is gone or cannot go on; it has not run then, and what was saved is whole.
   */
  readonly abandon: () => Promise<void>;
  /**
   * Gives back the room that guest memory held and never used, which changes the memory file's time
   * and not its contents; flushed when it resolves. For after `end()`. Absent where there is none.
   */
  readonly giveBack?: () => Promise<void>;
}>;

/** The guest's serial console. Bytes arrive also while nobody listens; the log keeps the last of them. */
export interface Console {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): () => void;
}
