/** Unit tests of the app import `electron` too; vitest.config.ts sends every way there to the stand-in. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import Store from 'electron-store';
import { Menubar } from 'menubar';
import { expect, test } from 'vitest';
import standin from './electron.ts';

test('all that ask for electron are given the same one', () => {
  expect(app).toBe(standin.app);
  expect(createRequire(import.meta.url)('electron').app).toBe(standin.app);
});

test('menubar finds its app', () => {
  expect(new Menubar(app).getOption('dir')).toBe(process.cwd());
});

test('electron-store finds the folder of the app', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'standin-store-'));
  app.setPath('userData', folder);
  new Store<{ a: number }>().set('a', 1);
  expect(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'))).toEqual({ a: 1 });
  rmSync(folder, { recursive: true });
});
