import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { chosenLibrary, defaultLibrary } from '../../src/agent/paths.ts';
import { folderForTest } from '../support/volume.ts';

const linux = { platform: 'linux', home: '/home/u', environment: {} } as const;

test('the library is where the system keeps such things, unless it is named', () => {
  expect(defaultLibrary(linux)).toBe('/home/u/.local/share/torpor/library');
  expect(defaultLibrary({ ...linux, environment: { XDG_DATA_HOME: '/data' } })).toBe(
    '/data/torpor/library',
  );
  expect(defaultLibrary({ ...linux, platform: 'darwin' })).toBe(
    '/home/u/Library/Application Support/Torpor/Library',
  );
  expect(defaultLibrary({ ...linux, environment: { TORPOR_LIBRARY: 'here' } })).toBe(
    resolve('here'),
  );
});

test('a folder is not taken from the environment when it is empty or relative', () => {
  const environment = { TORPOR_LIBRARY: '', XDG_DATA_HOME: join('a', 'b') };
  expect(defaultLibrary({ ...linux, environment })).toBe('/home/u/.local/share/torpor/library');
});

test.each([
  ['linux', '.config'],
  ['darwin', join('Library', 'Application Support')],
] as const)(
  'on %s commands use the library that was chosen in the app',
  async (platform, config) => {
    const home = await folderForTest();
    const place = { platform, home, environment: {} };
    const folder = join(home, config, 'Torpor');
    const save = (text: string) => writeFile(join(folder, 'settings.json'), text);
    await mkdir(folder, { recursive: true });
    expect(chosenLibrary(place)).toBe(defaultLibrary(place));
    await save('{"library": "/volumes/machines", "language": "de"}');
    expect(chosenLibrary(place)).toBe('/volumes/machines');
    expect(chosenLibrary({ ...place, environment: { TORPOR_LIBRARY: '/named' } })).toBe('/named');
    for (const text of ['{"library": null}', '{"library": "here"}', '{"libr', 'null', '[]']) {
      await save(text);
      expect(chosenLibrary(place)).toBe(defaultLibrary(place));
    }
  },
);

test('the app’s settings are looked for where XDG says', async () => {
  const folder = await folderForTest();
  await mkdir(join(folder, 'Torpor'));
  await writeFile(join(folder, 'Torpor', 'settings.json'), '{"library": "/volumes/machines"}');
  expect(chosenLibrary({ ...linux, environment: { XDG_CONFIG_HOME: folder } })).toBe(
    '/volumes/machines',
  );
});
