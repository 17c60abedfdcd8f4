import type { Settings, SettingsChanges } from '../../contract/settings.ts';
import { TorporError } from '../../core/errors.ts';
import type { SettingsStore } from './store.ts';

/** What settings change outside of Torpor. */
export interface SettingsEffects {
  /** False when another program has the shortcut. Throws for what is no shortcut. */
  readonly registerShortcut: (keys: string) => boolean;
  readonly releaseShortcut: (keys: string) => void;
  readonly setLaunchAtLogin: (isOn: boolean) => Promise<void> | void;
  /** Makes a library that was chosen just now usable at the next launch. Throws LIBRARY_UNAVAILABLE. */
  readonly rememberLibrary: (path: string) => Promise<void>;
  readonly onChange: (settings: Settings) => void;
}

export interface AppSettings {
  readonly get: () => Settings;
  /** Takes effect, is stored, and is told; or nothing of it. */
  readonly set: (changes: SettingsChanges) => Promise<Settings>;
  /** Registers the shortcut at the start; false when another program has it by now. */
  readonly begin: () => boolean;
}

export function createAppSettings(store: SettingsStore, effects: SettingsEffects): AppSettings {
  function take(keys: string): void {
    if (canRegister(keys)) return;
    throw new TorporError('BAD_REQUEST', `${keys} cannot be used as a shortcut here.`, {
      hint: 'Another program may have it. Choose another one.',
    });
  }

  function canRegister(keys: string): boolean {
    try {
      return effects.registerShortcut(keys);
    } catch {
      // Electron throws a TypeError for words that are no keys.
      return false;
    }
  }

  function storeWith(taken: string | null, changes: SettingsChanges): Settings {
    try {
      return store.set(changes);
    } catch (error) {
      if (taken !== null) effects.releaseShortcut(taken);
      throw error;
    }
  }

  return {
    get: store.get,

    begin() {
      const { shortcut } = store.get();
      return shortcut === null || canRegister(shortcut);
    },

    async set(changes) {
      const before = store.get();
      const { shortcut = before.shortcut } = changes;
      // First, since later there is no right to it; one that is kept for nothing does no harm. Also when
      // the same one is chosen again: that is how a library is made usable that was not any more.
      if (typeof changes.library === 'string') await effects.rememberLibrary(changes.library);
      const taken = shortcut === before.shortcut ? null : shortcut;
      if (taken !== null) take(taken);
      const after = storeWith(taken, changes);
      if (before.shortcut !== null && before.shortcut !== after.shortcut) {
        effects.releaseShortcut(before.shortcut);
      }
      try {
        if (before.launchAtLogin !== after.launchAtLogin) {
          await effects.setLaunchAtLogin(after.launchAtLogin);
        }
      } catch (error) {
        effects.onChange(store.set({ launchAtLogin: before.launchAtLogin }));
        throw error;
      }
      effects.onChange(after);
      return after;
    },
  };
}
