import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Bundle,
  bundleAt,
  pathForConfig,
  resolveInBundle,
  writeConfig,
} from '../../../src/core/library/bundle.ts';
import { type Entry, listLibrary } from '../../../src/core/library/library.ts';
import { sampleConfig } from '../../support/samples.ts';
import { folderForTest } from '../../support/volume.ts';

async function bundle(library: string, folder: string): Promise<Bundle> {
  const made = bundleAt(join(library, folder));
  await mkdir(made.path);
  await writeConfig(made, sampleConfig({ name: folder.replace('.torpor', '') }));
  return made;
}

/** Each way in which a bundle can be broken, and the code and words that a person is told. */
const breakages: Record<string, readonly [(bundle: Bundle) => Promise<void>, string, RegExp]> = {
  'without machine.json': [({ files }) => rm(files.config), 'MACHINE_BROKEN', /missing/],
  'with garbage in it': [
    ({ files }) => writeFile(files.config, '\u0000\u0001garbage'),
    'MACHINE_BROKEN',
    /cannot be read/,
  ],
  'with an empty machine.json': [
    ({ files }) => writeFile(files.config, ''),
    'MACHINE_BROKEN',
    /cannot be read/,
  ],
  'with a huge machine.json': [
    ({ files }) => writeFile(files.config, ' '.repeat(2 ** 20 + 1)),
    'MACHINE_BROKEN',
    /cannot be read/,
  ],
  'with JSON of another kind': [
    ({ files }) => writeFile(files.config, '[]'),
    'CONFIG_INVALID',
    /not valid/,
  ],
  'with a field nobody knows': [
    ({ files }) => writeFile(files.config, JSON.stringify({ ...sampleConfig(), surprise: 1 })),
    'CONFIG_INVALID',
    /surprise/,
  ],
  'of a newer Torpor': [
    ({ files }) => writeFile(files.config, JSON.stringify({ ...sampleConfig(), formatVersion: 2 })),
    'CONFIG_TOO_NEW',
    /newer Torpor/,
  ],
  'with a link for machine.json': [
    async ({ files }) => {
      await rename(files.config, `${files.config}.real`);
      await symlink(`${files.config}.real`, files.config);
    },
    'MACHINE_BROKEN',
    /symbolic link/,
  ],
  'with a folder for machine.json': [
    async ({ files }) => {
      await rm(files.config);
      await mkdir(files.config);
    },
    'MACHINE_BROKEN',
    /cannot be read/,
  ],
  'with a named pipe for machine.json': [
    async ({ files }) => {
      await rm(files.config);
      execFileSync('mkfifo', [files.config]);
    },
    'MACHINE_BROKEN',
    /cannot be read/,
  ],
  'that is a link itself': [
    async ({ path }) => {
      const elsewhere = join(await folderForTest(), 'Elsewhere.torpor');
      await rename(path, elsewhere);
      await symlink(elsewhere, path);
    },
    'MACHINE_BROKEN',
    /is a symbolic link/,
  ],
  'that is a link to nothing': [
    async ({ path }) => {
      await rm(path, { recursive: true });
      await symlink('/no/such/bundle', path);
    },
    'MACHINE_BROKEN',
    /is a symbolic link/,
  ],
  'that is a file': [
    async ({ path }) => {
      await rm(path, { recursive: true });
      await writeFile(path, 'not a folder');
    },
    'MACHINE_BROKEN',
    /is a file/,
  ],
};

function shown(entries: readonly Entry[]): string[] {
  return entries.map(({ kind, bundle: { path } }) => `${kind} ${basename(path)}`);
}

describe('listing a library', () => {
  test.each(Object.entries(breakages))(
    'shows a bundle %s, and why, between those that are well',
    async (_how, [damage, code, words]) => {
      const library = await folderForTest();
      await bundle(library, 'A.torpor');
      await damage(await bundle(library, 'B.torpor'));
      await bundle(library, 'C.torpor');
      const entries = await listLibrary(library);
      expect(shown(entries)).toEqual(['machine A.torpor', 'broken B.torpor', 'machine C.torpor']);
      const [, broken] = entries;
      if (broken?.kind !== 'broken') throw new Error('B is not broken');
      expect(broken.problem.code).toBe(code);
      expect(broken.problem.message).toMatch(words);
      if (code === 'MACHINE_BROKEN') expect(broken.problem.hint).toMatch(/\.$/);
    },
  );

  test('shows a machine whose folder was renamed by hand, under its own name', async () => {
    const library = await folderForTest();
    const { path } = await bundle(library, 'Before.torpor');
    await rename(path, join(library, 'after hand.torpor'));
    const [entry] = await listLibrary(library);
    expect(entry).toMatchObject({ kind: 'machine', config: { name: 'Before' } });
    expect(basename(entry?.bundle.path ?? '')).toBe('after hand.torpor');
  });

  test('leaves out what is not called a bundle', async () => {
    const library = await folderForTest();
    await mkdir(join(library, '.torpor/staging'), { recursive: true });
    await mkdir(join(library, 'Folder'));
    await writeFile(join(library, 'note.txt'), '');
    expect(await listLibrary(library)).toEqual([]);
  });
});

describe('a path of the configuration', () => {
  const at = bundleAt('/library/Demo.torpor');

  test.each([
    ['disks/vda.raw', '/library/Demo.torpor/disks/vda.raw'],
    ['/srv/disk.raw', '/srv/disk.raw'],
  ])('%s lies at %s', (path, where) => {
    expect(resolveInBundle(at, path)).toBe(where);
    expect(pathForConfig(at, where)).toBe(path);
  });

  test('outside is absolute, also right beside the bundle', () => {
    expect(pathForConfig(at, '/library/Demo.torpor2/disk')).toBe('/library/Demo.torpor2/disk');
  });

  test('inside may begin with two dots', () => {
    expect(pathForConfig(at, '/library/Demo.torpor/..disk')).toBe('..disk');
  });
});
