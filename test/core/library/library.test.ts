import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type Bundle, bundleAt, exists, readConfig } from '../../../src/core/library/bundle.ts';
import {
  createBundle,
  deleteBundle,
  listLibrary,
  openLibrary,
  renameBundle,
  sweepStaging,
} from '../../../src/core/library/library.ts';
import { rejection } from '../../support/rejection.ts';
import { sampleConfig } from '../../support/samples.ts';
import { folderForTest } from '../../support/volume.ts';

const release = vi.fn();
const free = { lock: () => ({ acquired: true, lock: { release } }) as const };

async function library(): Promise<string> {
  const { path } = await openLibrary(join(await folderForTest(), 'Library'), free);
  return path;
}

function create(path: string, name: string): Promise<Bundle> {
  const config = sampleConfig({ name });
  return createBundle(path, config, async () => config);
}

async function namesIn(path: string): Promise<string[]> {
  return (await listLibrary(path)).map(({ bundle }) => basename(bundle.path));
}

function stagedIn(path: string): Promise<string[]> {
  return readdir(join(path, '.torpor/staging'));
}

describe('opening a library', () => {
  test('makes the folder, which is private', async () => {
    const path = await library();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(await listLibrary(path)).toEqual([]);
  });

  test('that another agent owns names its process', async () => {
    const taken = { lock: () => ({ acquired: false, pid: 4711 }) as const };
    const error = await rejection(openLibrary(join(await folderForTest(), 'L'), taken));
    expect(error.code).toBe('LIBRARY_IN_USE');
    expect(error.details).toEqual({ pid: 4711 });
    expect(error.hint).toContain('torpor agent stop');
  });

  test('that cannot be made or locked is unavailable', async () => {
    const folder = await folderForTest();
    await writeFile(join(folder, 'file'), '');
    expect((await rejection(openLibrary(join(folder, 'file/L'), free))).code).toBe(
      'LIBRARY_UNAVAILABLE',
    );
    const unlockable = {
      lock: () => {
        throw Object.assign(new Error('ENOLCK: no locks'), { code: 'ENOLCK' });
      },
    };
    expect((await rejection(openLibrary(join(folder, 'L'), unlockable))).code).toBe(
      'LIBRARY_UNAVAILABLE',
    );
  });

  test('whose volume went away cannot be listed, and says so', async () => {
    const path = await library();
    await rm(path, { recursive: true });
    const error = await rejection(listLibrary(path));
    expect(error.code).toBe('LIBRARY_UNAVAILABLE');
    expect(error.hint).toContain('mounted');
  });
});

describe('creating a bundle', () => {
  test('makes it from what was filled in, privately, and leaves nothing staged', async () => {
    const path = await library();
    const config = sampleConfig({ name: 'Demo' });
    const bundle = await createBundle(path, config, async (staged) => {
      expect(staged.path).toContain('.torpor/staging');
      expect(await namesIn(path)).toEqual([]);
      await mkdir(staged.files.disks);
      await writeFile(join(staged.files.disks, 'vda.raw'), 'disk');
      return { ...config, hardware: { ...config.hardware, cpus: 7 } };
    });
    expect(basename(bundle.path)).toBe('Demo.torpor');
    expect((await readConfig(bundle)).hardware.cpus).toBe(7);
    expect(await readFile(join(bundle.path, 'disks/vda.raw'), 'utf8')).toBe('disk');
    expect((await stat(bundle.path)).mode & 0o777).toBe(0o700);
    expect(await stagedIn(path)).toEqual([]);
  });

  test('that fails at filling, or at its configuration, leaves the library as it was', async () => {
    const path = await library();
    const config = sampleConfig({ name: 'Demo' });
    const fails = createBundle(path, config, async (staged) => {
      await writeFile(join(staged.path, 'half'), '');
      throw new Error('the copy failed');
    });
    await expect(fails).rejects.toThrow('the copy failed');
    const invalid = createBundle(path, config, async () => ({ ...config, id: 'no' }));
    expect((await rejection(invalid)).code).toBe('CONFIG_INVALID');
    expect(await namesIn(path)).toEqual([]);
    expect(await stagedIn(path)).toEqual([]);
  });

  test('takes the next folder when the name is taken, whatever its case and accents', async () => {
    const path = await library();
    for (const name of ['Demo', 'demo', 'DEMO', 'Caf\u00e9', 'Cafe\u0301'])
      await create(path, name);
    expect((await namesIn(path)).sort()).toEqual([
      'Café 2.torpor',
      'Café.torpor',
      'DEMO 3.torpor',
      'Demo.torpor',
      'demo 2.torpor',
    ]);
  });

  test('takes the next folder when a file has the name', async () => {
    const path = await library();
    await writeFile(join(path, 'Demo.torpor'), 'not a bundle');
    expect(basename((await create(path, 'Demo')).path)).toBe('Demo 2.torpor');
  });

  test('many of one name at once, all come to be', async () => {
    const path = await library();
    const made = await Promise.all(Array.from({ length: 8 }, () => create(path, 'Demo')));
    expect(new Set(made.map((bundle) => bundle.path)).size).toBe(8);
    const ids = (await listLibrary(path)).map(
      (entry) => entry.kind === 'machine' && entry.config.id,
    );
    expect(new Set(ids).size).toBe(8);
    expect(ids).not.toContain(false);
  });

  test.each([
    'a/b',
    '..',
    '.torpor',
    '💤'.repeat(100),
    'x'.repeat(200),
    `e${'\u0323'.repeat(199)}`,
  ])('of %j can be listed and read', async (name) => {
    const path = await library();
    const bundle = await create(path, name);
    expect((await readConfig(bundle)).name).toBe(name);
    expect(await namesIn(path)).toEqual([basename(bundle.path)]);
  });
});

describe('renaming a bundle', () => {
  async function renamed(from: string, to: string, others: readonly string[] = []) {
    const path = await library();
    const bundle = await create(path, from);
    for (const other of others) await create(path, other);
    const config = { ...(await readConfig(bundle)), name: to };
    const after = await renameBundle(path, bundle, config);
    expect((await readConfig(after)).name).toBe(to);
    expect(await namesIn(path)).toHaveLength(1 + others.length);
    return basename(after.path);
  }

  test('moves the folder with the name', async () => {
    expect(await renamed('Old', 'New')).toBe('New.torpor');
  });

  test('to a name that is taken takes the next folder', async () => {
    expect(await renamed('Old', 'New', ['New'])).toBe('New 2.torpor');
  });

  test('that changes nothing but the case needs no number', async () => {
    expect(await renamed('Demo', 'demo')).toBe('demo.torpor');
  });

  test('to what its folder is called already does not move it', async () => {
    expect(await renamed('a/b', 'a-b')).toBe('a-b.torpor');
  });

  test('keeps its numbered folder while the name before it is taken', async () => {
    const path = await library();
    await create(path, 'Demo');
    const second = await create(path, 'Demo');
    const config = await readConfig(second);
    expect((await renameBundle(path, second, config)).path).toBe(second.path);
  });

  test('with a configuration that is not valid changes nothing', async () => {
    const path = await library();
    const bundle = await create(path, 'Old');
    const config = await readConfig(bundle);
    await expect(renameBundle(path, bundle, { ...config, name: '' })).rejects.toThrow();
    expect((await readConfig(bundle)).name).toBe('Old');
  });
});

describe('deleting and sweeping', () => {
  test('a deleted bundle is gone whole', async () => {
    const path = await library();
    await deleteBundle(path, await create(path, 'Demo'));
    expect(await namesIn(path)).toEqual([]);
    expect(await stagedIn(path)).toEqual([]);
  });

  test('deleting a link removes the link only', async () => {
    const path = await library();
    const elsewhere = bundleAt(join(await folderForTest(), 'Real.torpor'));
    await mkdir(elsewhere.path);
    await writeFile(elsewhere.files.config, '{}');
    await symlink(elsewhere.path, join(path, 'Link.torpor'));
    await deleteBundle(path, bundleAt(join(path, 'Link.torpor')));
    expect(await namesIn(path)).toEqual([]);
    expect(await exists(elsewhere.files.config)).toBe(true);
  });

  test('what a crash left staged is not listed, and swept', async () => {
    const path = await library();
    await create(path, 'Kept');
    const half = join(path, '.torpor/staging/half.torpor');
    await mkdir(join(half, 'disks'), { recursive: true });
    await writeFile(join(half, 'disks/vda.raw'), 'half a copy');
    expect(await namesIn(path)).toEqual(['Kept.torpor']);
    await sweepStaging(path);
    expect(await stagedIn(path)).toEqual([]);
    expect(await namesIn(path)).toEqual(['Kept.torpor']);
  });
});
