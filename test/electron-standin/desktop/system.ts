/** The small parts of the desktop: each only records what was asked of it, see seen.ts. */
import { EventEmitter } from 'node:events';
import { seen } from '../seen.ts';

export const shell = {
  async openExternal(what: string): Promise<void> {
    seen.handedOver.push({ to: 'url', what });
  },
  async openPath(what: string): Promise<string> {
    seen.handedOver.push({ to: 'open', what });
    return '';
  },
  showItemInFolder(what: string): void {
    seen.handedOver.push({ to: 'folder', what });
  },
  /** The file stays where it is. */
  async trashItem(what: string): Promise<void> {
    seen.handedOver.push({ to: 'trash', what });
  },
  beep(): void {},
};

/** A test presses one with `electronStandin.shortcuts.get(accelerator)?.()`. */
export const globalShortcut = {
  register(accelerator: string, pressed: () => void): boolean {
    if (seen.shortcuts.has(accelerator)) return false;
    seen.shortcuts.set(accelerator, pressed);
    return true;
  },
  isRegistered: (accelerator: string) => seen.shortcuts.has(accelerator),
  unregister: (accelerator: string) => void seen.shortcuts.delete(accelerator),
  unregisterAll: () => seen.shortcuts.clear(),
};

/** A test lets the host sleep with `emit('suspend')`; see Electron's list of events. */
class PowerMonitor extends EventEmitter {
  getSystemIdleTime = () => seen.idleSeconds;
  getSystemIdleState = (threshold: number) => (seen.idleSeconds >= threshold ? 'idle' : 'active');
  getCurrentThermalState = () => 'nominal';
  isOnBatteryPower = () => seen.onBattery;
  get onBatteryPower(): boolean {
    return seen.onBattery;
  }
}
export const powerMonitor = new PowerMonitor();

let lastBlocker = 0;
export const powerSaveBlocker = {
  start(type: 'prevent-app-suspension' | 'prevent-display-sleep'): number {
    lastBlocker += 1;
    seen.sleepBlockers.set(lastBlocker, type);
    return lastBlocker;
  },
  stop: (id: number) => seen.sleepBlockers.delete(id),
  isStarted: (id: number) => seen.sleepBlockers.has(id),
};

let clipboardText = '';
/** Text only; not the host's own. */
export const clipboard = {
  readText: () => clipboardText,
  writeText(text: string): void {
    clipboardText = text;
  },
  clear(): void {
    clipboardText = '';
  },
};

/** System preferences exist on macOS alone; no preference is set here. */
export const systemPreferences = Object.assign(new EventEmitter(), {
  getUserDefault: () => undefined,
  getAnimationSettings: () => ({
    shouldRenderRichAnimation: true,
    scrollAnimationsEnabledBySystem: true,
    prefersReducedMotion: false,
  }),
});
