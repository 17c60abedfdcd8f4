import type { DriverId } from './app-state.ts';
import type { Lifecycle, QuitPlan } from './lifecycle.ts';
import type { PreflightAction, PreflightReport } from './preflight.ts';
import type { Empty, MachineRef } from './requests.ts';
import type { Settings, SettingsChanges } from './settings.ts';

/**
 * What a page asks of the app around the agent: windows, files, settings, and the app's own life.
 * Functions as in `Requests`: the argument is what is sent, the return what is answered.
 */
export interface AppRequests {
  'app.info': (params: Empty) => AppInfo;
  /** Begins to quit: see Lifecycle. */
  'app.quit': (params: Empty) => Empty;

  /** Opens a window, or brings the one that is open to the front. */
  'window.open': (params: WindowRequest) => Empty;
  /** Closes, or for the panel hides, the window that asks. */
  'window.close': (params: Empty) => Empty;
  /** Whether a person can see the window that asks; changes come as the event `shown`. */
  'window.isShown': (params: Empty) => boolean;

  /** Lets a person choose a file or folder; null when none was. The panel stays open meanwhile. */
  'file.choose': (params: { readonly kind: FileKind }) => { readonly path: string | null };
  /** Shows a bundle, a set-aside state or the log in the system's file browser. */
  'file.reveal': (params: { readonly path: string }) => Empty;
  'clipboard.write': (params: { readonly text: string }) => Empty;
  'clipboard.read': (params: Empty) => { readonly text: string };

  'settings.get': (params: Empty) => Settings;
  /** Answers with all settings as they are then. Throws BAD_REQUEST for a shortcut that is taken. */
  'settings.set': (params: { readonly changes: SettingsChanges }) => Settings;

  'lifecycle.get': (params: Empty) => Lifecycle;
  /** Quitting ends; what is suspended already comes back as it was. */
  'quit.cancel': (params: Empty) => Empty;
  /** The answer for a machine whose policy is to ask, or another way for one that failed. */
  'quit.decide': (params: MachineRef & { readonly plan: QuitPlan }) => Empty;
  /** After a crash: the ids of the machines that are to come back. */
  'crash.decide': (params: { readonly restore: readonly string[] }) => Empty;

  /** Reads the image and judges it; null asks about the newest image that there is. */
  'preflight.run': (params: { readonly image: string | null }) => PreflightReport;
  /** Does what a step's button says; `choose-image` and `check-again` are the page's own. */
  'preflight.act': (params: { readonly action: PreflightAction }) => Empty;

  /** Connects to a machine's display; bytes come as events, to the page that asked alone. */
  'display.connect': (params: MachineRef) => { readonly connection: string };
  /** In the order of the requests. */
  'display.send': (params: { readonly connection: string; readonly bytes: Uint8Array }) => Empty;
  'display.close': (params: { readonly connection: string }) => Empty;
}

export interface AppEvents {
  lifecycle: Lifecycle;
  settings: Settings;
  /** Whether the window can be seen. A page that cannot asks for nothing at intervals. */
  shown: boolean;
  'display.data': { readonly connection: string; readonly bytes: Uint8Array };
  'display.closed': { readonly connection: string };
}

export type FileKind =
  | 'disk'
  | 'iso'
  | 'kernel'
  | 'initrd'
  | 'restoreImage'
  | 'catalogue'
  | 'folder';

export type WindowRequest =
  | { readonly window: 'create' | 'settings' | 'about' | 'host' | 'quit' }
  | { readonly window: 'display'; readonly machine: string };

export interface AppInfo {
  readonly version: string;
  readonly platform: 'darwin' | 'linux';
  /** Names and versions of what the app is made of, for the About window. */
  readonly components: readonly { readonly name: string; readonly version: string }[];
  readonly drivers: readonly DriverId[];
  readonly logPath: string;
  /** What a new machine may be given at most, and is given unless a person says otherwise. */
  readonly host: { readonly cpus: number; readonly memoryMiB: number };
}
