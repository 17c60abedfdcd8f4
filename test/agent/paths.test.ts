import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defaultLibrary } from '../../src/agent/paths.ts';

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
