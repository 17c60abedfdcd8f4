import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:net';
import { stopBrowser } from '../chromium/running.ts';
import { preventable } from '../preventable.ts';
import { seen } from '../seen.ts';
import { started } from '../start.ts';
import { openWindows } from '../windows/open-windows.ts';
import { standardFolder } from './folders.ts';
import { holdSingleInstance } from './single-instance.ts';

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly commandLine = {
    appendSwitch: (name: string, value = '') => void started().switches.set(name, value),
    appendArgument: () => {},
    hasSwitch: (name: string) => started().switches.has(name),
    getSwitchValue: (name: string) => started().switches.get(name) ?? '',
    removeSwitch: (name: string) => void started().switches.delete(name),
  };
  readonly dock =
    process.platform === 'darwin'
      ? { hide: () => {}, show: async () => {}, isVisible: () => false, setBadge: () => {} }
      : undefined;

  #name = started().package.name;
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  #isQuitting = false;
  #isExiting = false;
  #lock: Server | undefined;
  readonly #folders = new Map<string, string>();

  get name(): string {
    return this.#name;
  }
  set name(name: string) {
    this.#name = name;
  }
  getName = () => this.#name;
  setName = (name: string) => {
    this.#name = name;
  };
  getVersion = () => started().package.version;
  getAppPath = () => started().appPath;
  getLocale = () => 'en-US';
  getSystemLocale = () => 'en-US';
  getPreferredSystemLanguages = () => ['en-US'];
  isReady = () => this.#isReady;
  whenReady = () => this.#ready.promise;
  isHidden = () => false;
  focus(): void {}
  hide(): void {}
  show(): void {}
  setAppUserModelId(): void {}
  setAboutPanelOptions(): void {}
  setActivationPolicy(): void {}
  setBadgeCount = () => true;
  disableHardwareAcceleration(): void {}
  enableSandbox(): void {}

  getPath(name: string): string {
    const userData = started().switches.get('user-data-dir') || undefined;
    const folder = this.#folders.get(name) ?? standardFolder(name, { name: this.#name, userData });
    if (name === 'userData') mkdirSync(folder, { recursive: true });
    return folder;
  }
  setPath(name: string, folder: string): void {
    this.#folders.set(name, folder);
  }

  setLoginItemSettings(settings: Readonly<Record<string, unknown>>): void {
    seen.loginItem = settings;
  }
  getLoginItemSettings() {
    return { openAtLogin: seen.loginItem.openAtLogin === true, wasOpenedAtLogin: false };
  }

  requestSingleInstanceLock(data: unknown = {}): boolean {
    if (this.#lock !== undefined) return true;
    const mine = { argv: process.argv, cwd: process.cwd(), data };
    this.#lock = holdSingleInstance(this.getPath('userData'), mine, (second) =>
      this.emit('second-instance', preventable(), second.argv, second.cwd, second.data),
    );
    return this.#lock !== undefined;
  }
  hasSingleInstanceLock = () => this.#lock !== undefined;
  releaseSingleInstanceLock(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }

  /** before-quit, then every window's close, then will-quit, then quit; the first refusal ends it. */
  quit(): void {
    if (this.#isQuitting) return;
    if (this.#prevents('before-quit')) return;
    this.#isQuitting = true;
    const allClosed = [...openWindows].every((window) => window.closeUnlessPrevented());
    if (!allClosed || this.#prevents('will-quit')) {
      this.#isQuitting = false;
      return;
    }
    this.exit(0);
  }
  exit(code = 0): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    this.#isQuitting = true;
    for (const window of [...openWindows]) window.destroy();
    this.emit('quit', preventable(), code);
    void stopBrowser().finally(() => {
      this.releaseSingleInstanceLock();
      process.exit(code);
    });
  }
  relaunch(): void {
    seen.relaunches += 1;
  }

  #prevents(name: 'before-quit' | 'will-quit'): boolean {
    const event = preventable();
    this.emit(name, event);
    return event.defaultPrevented;
  }

  /** Not Electron's: called when the browser is up. */
  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready', preventable(), {});
  }
  /** Not Electron's: called when the last window is gone. */
  afterLastWindow(): void {
    if (this.#isQuitting) return;
    if (!this.emit('window-all-closed')) this.quit();
  }
}

export const app = new App();
