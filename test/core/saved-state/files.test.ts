import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleAt, exists } from '../../../src/core/library/bundle.ts';
import {
  clear,
  commit,
  consume,
  finish,
  hasSavedState,
  listSetAside,
  loadManifest,
  prepare,
  putBack,
  restoreConsumed,
  setAside,
} from '../../../src/core/saved-state/files.ts';
import { assertUnused } from '../../../src/core/saved-state/used.ts';
import { sampleManifest } from '../../support/samples.ts';
import { folderForTest } from '../../support/volume.ts';

const manifest = sampleManifest();

/** A bundle with the files of a state that is not committed yet. */
async function unsaved() {
  const bundle = bundleAt(await folderForTest());
  await mkdir(bundle.files.state, { mode: 0o700 });
  await writeFile(bundle.files.memory, 'memory');
  await writeFile(bundle.files.deviceState, 'devices');
  return bundle;
}

async function saved() {
  const bundle = await unsaved();
  await commit(bundle, manifest);
  return bundle;
}

/** Makes every attempt to remove or replace the file at `path` fail. */
async function blockAt(path: string): Promise<void> {
  await mkdir(join(path, 'in the way'), { recursive: true });
}

describe('a saved state', () => {
  test('exists from commit to consumption, and what is not needed is removed after', async () => {
    const bundle = await unsaved();
    expect(await hasSavedState(bundle)).toBe(false);
    await commit(bundle, manifest);
    expect(await hasSavedState(bundle)).toBe(true);
    expect(await loadManifest(bundle)).toEqual(manifest);
    await consume(bundle);
    expect(await hasSavedState(bundle)).toBe(false);
    await finish(bundle, manifest);
    expect((await readdir(bundle.files.state)).sort()).toEqual(['memory.bin', 'used.json']);
  });

  test('is there again after a consumption that is undone', async () => {
    const bundle = await saved();
    await consume(bundle);
    await restoreConsumed(bundle);
    expect(await loadManifest(bundle)).toEqual(manifest);
  });

  test('that could not be consumed is not replaced by an older one', async () => {
    const bundle = await saved();
    await writeFile(bundle.files.consumed, 'older');
    await restoreConsumed(bundle);
    expect(await loadManifest(bundle)).toEqual(manifest);
  });

  test('that an agent died over while its guest went on stays used when the next is saved', async () => {
    const bundle = await saved();
    await consume(bundle);
    const used = manifest;
    await commit(bundle, sampleManifest());
    await expect(assertUnused(bundle, used)).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
  });

  test('can be saved over a record of the one before that cannot be read', async () => {
    const bundle = await unsaved();
    await writeFile(bundle.files.consumed, '{"id":"no uuid"}');
    await commit(bundle, manifest);
    await assertUnused(bundle, manifest);
    expect(await exists(bundle.files.consumed)).toBe(false);
  });

  test('replaces what was left of the one before', async () => {
    const bundle = await saved();
    await consume(bundle);
    const next = sampleManifest();
    await commit(bundle, next);
    expect(await loadManifest(bundle)).toEqual(next);
    expect(await exists(bundle.files.consumed)).toBe(false);
  });

  test('is not there when anything failed before: little is left to fail once its manifest is', async () => {
    const bundle = await unsaved();
    await blockAt(bundle.files.consumed);
    await expect(commit(bundle, manifest)).rejects.toThrow();
    expect(await hasSavedState(bundle)).toBe(false);
  });

  test('cleared is gone with its folder, and clearing nothing is no error', async () => {
    const bundle = await saved();
    await clear(bundle);
    expect(await exists(bundle.files.state)).toBe(false);
    await clear(bundle);
  });
});

describe('setting aside', () => {
  test('moves the state whole, with the reason and the time', async () => {
    const bundle = await saved();
    const before = Date.now();
    const path = await setAside(bundle, 'The reason.');
    expect(await exists(bundle.files.state)).toBe(false);
    expect((await readdir(path)).sort()).toEqual([
      'device.state',
      'manifest.json',
      'memory.bin',
      'set-aside.json',
    ]);
    const [found] = await listSetAside(bundle);
    expect(found).toMatchObject({ path, reason: 'The reason.' });
    expect(Date.parse(found?.at ?? '')).toBeGreaterThanOrEqual(before);
  });

  test('lists the oldest first, and one without a record too', async () => {
    const bundle = await saved();
    const first = await setAside(bundle, 'First.');
    await mkdir(bundle.files.state);
    const second = await setAside(bundle, 'Second.');
    await rm(join(first, 'set-aside.json'));
    const found = await listSetAside(bundle);
    expect(found.map(({ path }) => path)).toEqual([first, second].sort());
    expect(found.find(({ path }) => path === first)?.reason).toContain('no record');
  });

  test('that fails leaves the state where it is, without a record', async () => {
    const bundle = await saved();
    await writeFile(bundle.files.setAside, 'a file in the way');
    await expect(setAside(bundle, 'Why.')).rejects.toThrow();
    expect(await loadManifest(bundle)).toEqual(manifest);
    expect(await readdir(bundle.files.state)).not.toContain('set-aside.json');
  });

  test('a bundle without any lists none', async () => {
    expect(await listSetAside(await saved())).toEqual([]);
  });
});

describe('preparing for a guest that boots', () => {
  test('makes an empty, private folder', async () => {
    const bundle = bundleAt(await folderForTest());
    expect(await prepare(bundle, 'Why.')).toBeUndefined();
    expect(await readdir(bundle.files.state)).toEqual([]);
    expect((await stat(bundle.files.state)).mode & 0o777).toBe(0o700);
    expect(await prepare(bundle, 'Why.')).toBeUndefined();
    expect(await listSetAside(bundle)).toEqual([]);
  });

  test('sets aside what is there, and puts it back as it was', async () => {
    const bundle = await saved();
    const moved = await prepare(bundle, 'Why.');
    expect(await hasSavedState(bundle)).toBe(false);
    await writeFile(bundle.files.memory, 'of the guest that did not start');
    await putBack(bundle, moved);
    expect(await loadManifest(bundle)).toEqual(manifest);
    expect(await readFile(bundle.files.memory, 'utf8')).toBe('memory');
    expect(await readdir(bundle.files.state)).not.toContain('set-aside.json');
    expect(await listSetAside(bundle)).toEqual([]);
  });

  test('puts nothing back where nothing was', async () => {
    const bundle = bundleAt(await folderForTest());
    await putBack(bundle, await prepare(bundle, 'Why.'));
    expect(await exists(bundle.files.state)).toBe(false);
  });
});
