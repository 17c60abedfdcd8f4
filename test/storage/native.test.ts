import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadNative } from '../../src/storage/native.ts';
import { folderForTest } from '../support/volume.ts';

const rebuild = { code: 'INTERNAL', hint: 'Run `npm run build:native`.' };

test('an addon that is not built is an error that says what to run', async () => {
  const path = join(await folderForTest(), 'torpor.node');
  expect(() => loadNative(path)).toThrow(expect.objectContaining(rebuild));
  await writeFile(path, 'not a library');
  expect(() => loadNative(path)).toThrow(expect.objectContaining(rebuild));
});

test('an addon that lacks a function is refused', async () => {
  const path = join(await folderForTest(), 'addon.cjs');
  await writeFile(path, 'exports.lock = () => {};');
  expect(() => loadNative(path)).toThrow(/out of date/);
});
