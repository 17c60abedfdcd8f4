/**
 * The stand-in offers nothing that Electron does not have: a call that passes here must exist there.
 * Electron's typings are the witness; the few members that are the stand-in's own are named.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import electron from './electron.ts';

const typings = readFileSync(
  createRequire(import.meta.url).resolve('electron/electron.d.ts'),
  'utf8',
);

/** The members of one class or interface, with those it inherits from Node's events. */
function membersOf(name: string): Set<string> {
  const body = new RegExp(`^  (?:class|interface) ${name} [^{]*\\{\\n([\\s\\S]*?)^  \\}`, 'm').exec(
    typings,
  )?.[1];
  if (body === undefined) throw new Error(`no ${name} in Electron's typings`);
  const names = body.matchAll(/^ {4}(?:static |readonly )*([A-Za-z]\w*)[?(:<]/gm);
  return new Set([...names].map((match) => match[1] ?? ''));
}

/** What an object and its classes have, down to Node's EventEmitter, whose own fields begin with _. */
function offered(value: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (at === EventEmitter.prototype || at === Object.prototype) break;
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names].filter((name) => name !== 'constructor' && !name.startsWith('_'));
}

const own: Readonly<Record<string, readonly string[]>> = {
  App: ['becomeReady', 'afterLastWindow'],
  IpcMain: ['handlerOf'],
  BrowserWindow: ['closeUnlessPrevented'],
  Tray: ['shown'],
  WebContents: ['refresh', 'destroy'],
};

const { app, ipcMain, nativeTheme, screen, powerMonitor, powerSaveBlocker, shell } = electron;
// Without a browser a window waits for its page for ever, which is enough to look at it.
app.becomeReady();
const window = new electron.BrowserWindow({ show: false });

test.each<[string, object]>([
  ['App', app],
  ['IpcMain', ipcMain],
  ['NativeTheme', nativeTheme],
  ['Screen', screen],
  ['PowerMonitor', powerMonitor],
  ['PowerSaveBlocker', powerSaveBlocker],
  ['Shell', shell],
  ['Clipboard', electron.clipboard],
  ['Dialog', electron.dialog],
  ['GlobalShortcut', electron.globalShortcut],
  ['SafeStorage', electron.safeStorage],
  ['SystemPreferences', electron.systemPreferences],
  ['Protocol', electron.protocol],
  ['Session', electron.session.defaultSession],
  ['NativeImage', electron.nativeImage.createEmpty()],
  ['MenuItem', new electron.MenuItem({ label: 'x' })],
  ['Menu', new electron.Menu()],
  ['Notification', new electron.Notification({ title: 'x' })],
  ['Tray', new electron.Tray(`${import.meta.dirname}/../../assets/icons/app.png`)],
  ['BrowserWindow', window],
  ['WebContents', window.webContents],
])('%s', (name, value) => {
  const known = membersOf(name);
  const unknown = offered(value).filter(
    (member) => !known.has(member) && !own[name]?.includes(member),
  );
  expect(unknown).toEqual([]);
});
