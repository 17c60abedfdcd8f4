import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSettings, type SettingsHistory } from '../../../src/main/settings/store.ts';
import { folderForTest } from '../../support/volume.ts';

const open = (folder: string) =>
  openSettings({
    folder,
    defaultLibrary: '/default/library',
    now: () => new Date('2026-11-24T10:20:30Z'),
  });

test('settings survive', async () => {
  const folder = await folderForTest();
  expect(open(folder).get()).toMatchObject({ library: '/default/library', language: 'system' });
  open(folder).set({ language: 'de', batteryPercent: null, library: '/other' });
  expect(open(folder).get()).toMatchObject({
    language: 'de',
    batteryPercent: null,
    library: '/other',
    notifications: true,
  });
});

test.each([
  ['cut short', '{"language": "d'],
  ['no settings', '{"language": 7}'],
  ['something else', 'null'],
])('a file that is %s is kept aside, whole', async (_what, text) => {
  const folder = await folderForTest();
  writeFileSync(join(folder, 'settings.json'), text);
  const store = open(folder);
  const aside = join(folder, 'settings.damaged-2026-11-24T10-20-30.json');
  expect(store.keptAside).toBe(aside);
  expect(readFileSync(aside, 'utf8')).toBe(text);
  expect(store.get().language).toBe('system');
  expect(open(folder).keptAside).toBeNull();
});

test('what a later version wrote besides is neither refused nor lost', async () => {
  const folder = await folderForTest();
  writeFileSync(join(folder, 'settings.json'), '{"language": "de", "later": 1}');
  const store = open(folder);
  store.set({ notifications: false });
  expect(store.keptAside).toBeNull();
  expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toMatchObject({
    language: 'de',
    notifications: false,
    later: 1,
  });
});

/** Two changes of spelling, of which the second builds on the first. */
const history: SettingsHistory = {
  version: '3.0.0',
  migrations: {
    '3.0.0': (store) => store.set('language', store.get('language') === 'de' ? 'de' : 'system'),
    '2.0.0': (store) =>
      store.set('language', String(store.get('language')).startsWith('de') ? 'de' : 'en'),
  },
};
const later = (folder: string, changes: Partial<SettingsHistory> = {}) =>
  openSettings({
    folder,
    defaultLibrary: '/default/library',
    now: () => new Date('2026-11-24T10:20:30Z'),
    history: { ...history, ...changes },
  });

test('settings of an earlier version are migrated once, step by step', async () => {
  const folder = await folderForTest();
  open(folder).set({ notifications: false });
  const file = join(folder, 'settings.json');
  const early = { ...JSON.parse(readFileSync(file, 'utf8')), language: 'de-AT' };
  writeFileSync(file, JSON.stringify(early));
  expect(later(folder).keptAside).toBeNull();
  expect(later(folder).get()).toMatchObject({ language: 'de', notifications: false });
  later(folder).set({ language: 'en' });
  expect(later(folder).get().language).toBe('en');
});

test('a migration that fails keeps the file as it was, aside', async () => {
  const folder = await folderForTest();
  open(folder).set({ notifications: false });
  const before = readFileSync(join(folder, 'settings.json'), 'utf8');
  const broken = {
    migrations: {
      '2.0.0': () => {
        throw new Error('It will not.');
      },
    },
  };
  const { keptAside } = later(folder, broken);
  expect(JSON.parse(readFileSync(keptAside ?? '', 'utf8'))).toEqual(JSON.parse(before));
});

test('an earlier version reads what a later one wrote', async () => {
  const folder = await folderForTest();
  later(folder).set({ language: 'de' });
  const store = open(folder);
  expect([store.keptAside, store.get().language]).toEqual([null, 'de']);
});

test.each([
  { language: 'fr' },
  { batteryPercent: 0 },
  { library: 'relative' },
  { concurrency: '5' },
  { unknown: 1 },
])('%o is refused and changes nothing', async (changes: object) => {
  const folder = await folderForTest();
  const store = open(folder);
  expect(() => store.set(changes)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  expect(store.get()).toEqual(open(folder).get());
  expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  expect(existsSync(folder)).toBe(true);
});
