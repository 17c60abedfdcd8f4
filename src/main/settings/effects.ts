import { app, globalShortcut } from 'electron';
import type { Settings } from '../../contract/settings.ts';
import type { SettingsEffects } from './apply.ts';
import { setLaunchAtLogin } from './login-item.ts';

/** What settings change on this computer, by way of Electron. */
export function settingsEffects(parts: {
  readonly openPanel: () => void;
  readonly rememberLibrary: SettingsEffects['rememberLibrary'];
  readonly onChange: (settings: Settings) => void;
}): SettingsEffects {
  return {
    registerShortcut: (keys) => globalShortcut.register(keys, parts.openPanel),
    releaseShortcut: (keys) => globalShortcut.unregister(keys),
    setLaunchAtLogin: (isOn) =>
      setLaunchAtLogin(isOn, {
        platform: process.platform,
        configFolder: app.getPath('appData'),
        command: app.isPackaged ? [process.execPath] : [process.execPath, app.getAppPath()],
        setLoginItem: (openAtLogin) => app.setLoginItemSettings({ openAtLogin }),
      }),
    rememberLibrary: parts.rememberLibrary,
    onChange: parts.onChange,
  };
}
