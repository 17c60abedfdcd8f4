import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSettings } from '../../../src/main/settings/store.ts';
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
