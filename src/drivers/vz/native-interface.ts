/**
 * The contract between the native part (native/src/vz), its stand-in for tests (test/drivers/vz) and
 * the driver. Everything that crosses it is plain data. The native part decides nothing: it builds
 * what a MachineDescription says, calls the framework on the machine's own serial queue, and reports.
 *
 * A call that the framework refuses rejects, or throws where it returns no promise, with a
 * NativeError. Facts about the framework are from Apple's headers; docs/native.md names them.
 */

/** What native/src/vz/addon.mm exports, and nothing else; a test reads both. */
export const nativeNames = [
  'hostFacts',
  'createBookmark',
  'openBookmark',
  'closeBookmark',
  'createMacIdentifier',
  'createGenericIdentifier',
  'createMacAddress',
  'createEfiVariables',
  'createAuxiliaryStorage',
  'loadRestoreImage',
  'latestRestoreImage',
  'validate',
  'validateSaveRestore',
  'open',
  'start',
  'pause',
  'resume',
  'requestStop',
  'stop',
  'save',
  'restore',
  'install',
  'cancelInstall',
  'writeConsole',
  'reconnectNetwork',
  'setMemoryTarget',
  'setDisplaySize',
  'openWindow',
  'configureWindow',
  'closeWindow',
  'screenshot',
  'release',
] as const satisfies readonly (keyof VzNative)[];

/** A machine that was opened: a number that names it in this process, never used again. */
export type Handle = number;

export interface VzNative {
  hostFacts(): HostFacts;

  /** A bookmark of a file that this program may use now, in base64: for a later run of a sandboxed one. */
  createBookmark(path: string): string;
  /**
   * Lets the file be used until `closeBookmark`. `path` is where it is now; `isStale` asks for a new
   * bookmark of it. Throws when it is gone.
   */
  openBookmark(bookmark: string): OpenBookmark;
  closeBookmark(access: number): void;

  /** A new random identity, as the framework's opaque bytes in base64. */
  createMacIdentifier(): string;
  createGenericIdentifier(): string;
  /** A random, locally administered, unicast address: `02:00:00:00:00:01`. */
  createMacAddress(): string;
  /** Creates the file; throws when it exists. */
  createEfiVariables(path: string): void;
  createAuxiliaryStorage(path: string, hardwareModel: string): void;

  /** `path` must not hold symbolic links: the framework does not follow them. */
  loadRestoreImage(path: string): Promise<RestoreImage>;
  /** What Apple’s catalogue names for this host; its `url` is remote. */
  latestRestoreImage(): Promise<RestoreImage>;

  /** What is wrong with the description; null when nothing is. Looks at files, so call it just before `open`. */
  validate(description: MachineDescription): Failure | null;
  /** Which device keeps a machine from being saved; null when it can be saved. */
  validateSaveRestore(description: MachineDescription): Failure | null;

  /**
   * Makes the machine, which is stopped: one handle for each boot or restore. `onEvent` is called on
   * the JavaScript thread until `release`.
   */
  open(description: MachineDescription, onEvent: (event: MachineEvent) => void): Promise<Handle>;
  start(handle: Handle, options: { readonly recovery: boolean }): Promise<void>;
  pause(handle: Handle): Promise<void>;
  resume(handle: Handle): Promise<void>;
  /** Resolves when the guest was asked; `guestStopped` tells when it did. */
  requestStop(handle: Handle): Promise<void>;
  /** As pulling the plug. */
  stop(handle: Handle): Promise<void>;
  /** The machine must be paused, and stays so. On failure a partial file may be left at `path`. */
  save(handle: Handle, path: string): Promise<void>;
  /** The machine must be stopped and fresh; it is paused afterwards, or stopped when it failed. */
  restore(handle: Handle, path: string): Promise<void>;

  /** Installs macOS into a fresh machine. `onProgress` gets a fraction from 0 to 1. */
  install(handle: Handle, image: string, onProgress: (fraction: number) => void): Promise<void>;
  /** Asks the installation to end, which then rejects; false when it cannot be cancelled now. */
  cancelInstall(handle: Handle): boolean;

  writeConsole(handle: Handle, bytes: Uint8Array): void;
  /** Attaches the network again after `networkDisconnected`. */
  reconnectNetwork(handle: Handle): Promise<void>;
  /** Asks the guest's balloon for this much memory in bytes; a request, no more. */
  setMemoryTarget(handle: Handle, bytes: number): Promise<void>;
  /** Sends the guest another resolution in pixels; success means that it was sent. */
  setDisplaySize(handle: Handle, width: number, height: number): Promise<void>;

  /** Shows the machine in a window of its own, or brings that to the front. Needs the main thread of an app. */
  openWindow(handle: Handle, options: WindowOptions): void;
  /** Changes an open window; nothing happens when there is none. */
  configureWindow(handle: Handle, options: WindowOptions): void;
  closeWindow(handle: Handle): void;
  /** The last frame as PNG; null when there is no window to take it from. */
  screenshot(handle: Handle): Promise<Uint8Array | null>;

  /** Lets everything of the machine go, stopped or not; nothing is called after this. */
  release(handle: Handle): void;
}

/** VZVirtualMachineState by name. */
export const machineStates = [
  'stopped',
  'running',
  'paused',
  'error',
  'starting',
  'pausing',
  'resuming',
  'stopping',
  'saving',
  'restoring',
] as const;

export type MachineState = (typeof machineStates)[number];

export type MachineEvent =
  | { readonly kind: 'state'; readonly state: MachineState }
  /** The guest shut down by itself. A `stop` is not told so. */
  | { readonly kind: 'guestStopped' }
  | { readonly kind: 'stoppedWithError'; readonly failure: Failure }
  /** May come several times, at boot and when the guest resets the device. */
  | { readonly kind: 'networkDisconnected'; readonly failure: Failure }
  | { readonly kind: 'networkDiskConnected'; readonly disk: string }
  /** The disk's client is dead, and with it the disk. */
  | { readonly kind: 'networkDiskFailed'; readonly disk: string; readonly failure: Failure }
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  /** A person asked to close the window, which stays open. */
  | { readonly kind: 'windowCloseRequested' }
  /** A person chose it from the window's menu; nothing has happened yet. */
  | { readonly kind: 'windowCommand'; readonly command: string };

/** An NSError, whole. `domain` is `NSException` for a misuse that the framework raised. */
export interface Failure {
  readonly domain: string;
  readonly code: number;
  /** In the user's language, as `reason`: shown and logged, never compared. */
  readonly description: string;
  readonly reason: string | null;
  readonly underlying: readonly Failure[];
}

export interface NativeError extends Error {
  readonly failure: Failure;
}

export interface HostFacts {
  /** Whether this Mac can run machines at all; false inside most virtual machines. */
  readonly supported: boolean;
  /** Whether this program is signed with com.apple.security.virtualization. */
  readonly entitled: boolean;
  /** Whether this is the sandboxed edition, which may use files outside its container by bookmarks alone. */
  readonly sandboxed: boolean;
  readonly architecture: 'arm64' | 'x86_64';
  /** `15.5` */
  readonly osVersion: string;
  /** `24F74` */
  readonly osBuild: string;
  /** Saved states and macOS guests need Apple silicon; states need macOS 14 as well. */
  readonly canSave: boolean;
  readonly canRunMacos: boolean;
  readonly rosetta: 'notSupported' | 'notInstalled' | 'installed';
  /** Whether there is an app whose windows can be shown: false in a plain Node process. */
  readonly hasWindows: boolean;
  readonly cpus: { readonly least: number; readonly most: number };
  readonly memoryBytes: { readonly least: number; readonly most: number };
}

export interface OpenBookmark {
  readonly access: number;
  readonly path: string;
  readonly isStale: boolean;
}

export interface RestoreImage {
  /** `file:` for a loaded one, `https:` from the catalogue. */
  readonly url: string;
  readonly buildVersion: string;
  readonly osVersion: string;
  /** Null when this host can install nothing of it. */
  readonly requirements: {
    readonly hardwareModel: string;
    readonly cpus: number;
    readonly memoryBytes: number;
  } | null;
}

export interface WindowOptions {
  readonly title: string;
  /** Beside the title; empty for none. */
  readonly subtitle: string;
  readonly capturesSystemKeys: boolean;
  /** Gives the guest another resolution when the window is resized; macOS 14 and later guests follow. */
  readonly followsResize: boolean;
  /** What the button in the title bar is called, for who cannot see it. */
  readonly menuLabel: string;
  readonly menu: readonly WindowMenuItem[];
}

/** `fullScreen` is done by the window itself, and ticked while it is; the rest is told as events. */
export type WindowMenuItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'fullScreen'; readonly label: string }
  | {
      readonly kind: 'command';
      readonly label: string;
      readonly command: string;
      readonly isTicked: boolean;
    };

/** Everything about a machine that the framework is told, in its order. Paths are absolute. */
export interface MachineDescription {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly platform: Platform;
  readonly bootLoader: BootLoader;
  readonly storage: readonly StorageDevice[];
  readonly network: { readonly mac: string } | null;
  readonly graphics: Graphics | null;
  readonly keyboards: readonly ('usb' | 'mac')[];
  readonly pointers: readonly ('usbScreen' | 'macTrackpad')[];
  readonly audio: readonly AudioStream[];
  readonly serial: boolean;
  readonly entropy: boolean;
  readonly balloon: boolean;
  readonly socket: boolean;
  /** A console device with a SPICE agent's port. */
  readonly clipboard: boolean;
  readonly shares: readonly Share[];
}

export type Platform =
  | {
      readonly kind: 'mac';
      readonly hardwareModel: string;
      readonly machineIdentifier: string;
      /** Null for a question about devices alone. */
      readonly auxiliaryStorage: string | null;
    }
  | { readonly kind: 'generic'; readonly machineIdentifier: string };

export type BootLoader =
  | { readonly kind: 'macos' }
  | { readonly kind: 'efi'; readonly variables: string | null }
  | {
      readonly kind: 'linux';
      readonly kernel: string;
      readonly initrd: string | null;
      readonly commandLine: string;
    };

/** `identifier` is what the guest sees of the device: at most 20 ASCII characters. */
export type StorageDevice =
  | {
      readonly kind: 'image';
      readonly identifier: string;
      readonly path: string;
      readonly readOnly: boolean;
      readonly caching: 'automatic' | 'uncached' | 'cached';
      /** By name: the framework's two enumerations of it number them differently. */
      readonly synchronization: 'full' | 'fsync' | 'none';
    }
  | {
      readonly kind: 'network';
      readonly identifier: string;
      readonly url: string;
      readonly readOnly: boolean;
      readonly timeoutSeconds: number;
      readonly synchronization: 'full' | 'none';
    }
  /** An installation medium, always read-only. */
  | { readonly kind: 'usbImage'; readonly path: string };

export type Graphics =
  | {
      readonly kind: 'mac';
      readonly width: number;
      readonly height: number;
      readonly pixelsPerInch: number;
    }
  | { readonly kind: 'virtio'; readonly width: number; readonly height: number };

/** `host` is the Mac's microphone or speaker; `null` is silence. */
export interface AudioStream {
  readonly direction: 'input' | 'output';
  readonly end: 'host' | 'null';
}

export type Share =
  | {
      readonly kind: 'folders';
      /** Null for the tag that macOS guests mount by themselves. */
      readonly tag: string | null;
      /** By the name under which the guest sees each. */
      readonly folders: readonly {
        readonly name: string;
        readonly path: string;
        readonly readOnly: boolean;
      }[];
    }
  | { readonly kind: 'rosetta'; readonly tag: string };
