import type { Menu } from './desktop/menu.ts';
import type { Notification } from './desktop/notification.ts';
import type { Tray } from './desktop/tray.ts';
import type { BrowserWindow } from './windows/browser-window.ts';

/**
 * What a person in front of a real desktop would have seen and could have done. Tests read and write
 * it as `globalThis.electronStandin` inside `app.evaluate`; the app never touches it.
 */
export interface Seen {
  readonly trays: Tray[];
  /** Every notification that was shown, oldest first. */
  readonly notifications: Notification[];
  /** Menus that popped up, newest last. */
  readonly menus: { readonly menu: Menu; readonly window: BrowserWindow | null }[];
  /** Dialogs that opened, with their options. */
  readonly dialogs: { readonly kind: string; readonly options: unknown }[];
  /** What the next dialogs answer; when it is empty a dialog is cancelled or takes its default. */
  readonly dialogAnswers: object[];
  /** What was given to the desktop: URLs and files opened, files shown in their folder or trashed. */
  readonly handedOver: {
    readonly to: 'url' | 'open' | 'folder' | 'trash';
    readonly what: string;
  }[];
  readonly shortcuts: Map<string, () => void>;
  /** Blockers of sleep that are on, by id. */
  readonly sleepBlockers: Map<number, string>;
  /** Addresses that pages tried to open in a new window, and were denied. */
  readonly refusedWindows: string[];
  loginItem: Readonly<Record<string, unknown>>;
  idleSeconds: number;
  onBattery: boolean;
  /** Whether `app.relaunch` was called. */
  relaunches: number;
}

declare global {
  var electronStandin: Seen | undefined;
}

globalThis.electronStandin ??= {
  trays: [],
  notifications: [],
  menus: [],
  dialogs: [],
  dialogAnswers: [],
  handedOver: [],
  shortcuts: new Map(),
  sleepBlockers: new Map(),
  refusedWindows: [],
  loginItem: {},
  idleSeconds: 0,
  onBattery: false,
  relaunches: 0,
};

export const seen: Seen = globalThis.electronStandin;
