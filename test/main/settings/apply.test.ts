import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Settings } from '../../../src/contract/settings.ts';
import { TorporError } from '../../../src/core/errors.ts';
import { createAppSettings, type SettingsEffects } from '../../../src/main/settings/apply.ts';
import { desktopEntry, setLaunchAtLogin } from '../../../src/main/settings/login-item.ts';
import { openSettings } from '../../../src/main/settings/store.ts';
import { folderForTest } from '../../support/volume.ts';

async function appSettings(changes: Partial<SettingsEffects> = {}) {
  const store = openSettings({ folder: await folderForTest(), defaultLibrary: '/library' });
  const shortcuts = new Set<string>(['Taken+Key']);
  const told: Settings[] = [];
  const settings = createAppSettings(store, {
    registerShortcut(keys) {
      if (keys === 'nonsense') throw new TypeError('conversion failure');
      if (shortcuts.has(keys)) return false;
      shortcuts.add(keys);
      return true;
    },
    releaseShortcut: (keys) => shortcuts.delete(keys),
    setLaunchAtLogin: () => {},
    rememberLibrary: async () => {},
    onChange: (now) => told.push(now),
    ...changes,
  });
  return { settings, shortcuts, told };
}

test('a shortcut is exchanged for another one', async () => {
  const { settings, shortcuts, told } = await appSettings();
  await settings.set({ shortcut: 'Alt+T' });
  await settings.set({ shortcut: 'Alt+U' });
  expect([...shortcuts]).toEqual(['Taken+Key', 'Alt+U']);
  await settings.set({ shortcut: null });
  expect([...shortcuts]).toEqual(['Taken+Key']);
  expect(told.map(({ shortcut }) => shortcut)).toEqual(['Alt+T', 'Alt+U', null]);
});

test.each(['Taken+Key', 'nonsense'])('%s is refused, and the old one stays', async (keys) => {
  const { settings, shortcuts, told } = await appSettings();
  await settings.set({ shortcut: 'Alt+T' });
  await expect(settings.set({ shortcut: keys, language: 'de' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  });
  expect(settings.get()).toMatchObject({ shortcut: 'Alt+T', language: 'system' });
  expect(shortcuts.has('Alt+T')).toBe(true);
  expect(told).toHaveLength(1);
});

test('a shortcut that comes with a refused setting is released again', async () => {
  const { settings, shortcuts } = await appSettings();
  await expect(settings.set({ shortcut: 'Alt+T', batteryPercent: 500 })).rejects.toThrow();
  expect([...shortcuts]).toEqual(['Taken+Key']);
});

test('what cannot be started at login is not said to be', async () => {
  const { settings, told } = await appSettings({
    setLaunchAtLogin: () => Promise.reject(new Error('read-only')),
  });
  await expect(settings.set({ launchAtLogin: true })).rejects.toThrow('read-only');
  expect(settings.get().launchAtLogin).toBe(false);
  expect(told.at(-1)?.launchAtLogin).toBe(false);
});

test('on Linux the desktop starts it by a file, which comes and goes', async () => {
  const configFolder = await folderForTest();
  const host = {
    platform: 'linux',
    configFolder,
    command: ['/opt/my app/torpor', '100%', 'a"b'],
    setLoginItem: () => {},
  } as const;
  await setLaunchAtLogin(true, host);
  const file = join(configFolder, 'autostart', 'torpor.desktop');
  expect(readFileSync(file, 'utf8')).toBe(desktopEntry(host.command));
  expect(desktopEntry(host.command)).toContain('Exec="/opt/my app/torpor" "100%%" "a\\\\"b"\n');
  await setLaunchAtLogin(false, host);
  await setLaunchAtLogin(false, host);
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});

test('a library is remembered before it is stored, also the same one chosen again', async () => {
  const remembered: string[] = [];
  const { settings } = await appSettings({
    rememberLibrary: async (path) => void remembered.push(`${path}, ${settings.get().library}`),
  });
  await settings.set({ library: '/Volumes/Big' });
  await settings.set({ library: '/Volumes/Big' });
  await settings.set({ language: 'de' });
  expect(remembered).toEqual(['/Volumes/Big, /library', '/Volumes/Big, /Volumes/Big']);
});

test('a library that the system does not let the app use is not stored', async () => {
  const { settings, told } = await appSettings({
    rememberLibrary: () => Promise.reject(new TorporError('LIBRARY_UNAVAILABLE', 'It may not.')),
  });
  await expect(settings.set({ library: '/Volumes/Big', language: 'de' })).rejects.toMatchObject({
    code: 'LIBRARY_UNAVAILABLE',
  });
  expect(settings.get()).toMatchObject({ library: '/library', language: 'system' });
  expect(told).toEqual([]);
});
