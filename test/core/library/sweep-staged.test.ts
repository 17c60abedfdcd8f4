import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleAt } from '../../../src/core/library/bundle.ts';
import { sweepStaged } from '../../../src/core/library/sweep-staged.ts';
import { folderForTest } from '../../support/volume.ts';

test('what a crash left half written is removed, and nothing else', async () => {
  const folder = await folderForTest();
  const bundle = bundleAt(folder);
  await mkdir(bundle.files.state);
  const left = ['machine.json.0a1b2c3d.staged', 'process.json.00000000.staged'];
  const leftInState = [
    'manifest.json.0a1b2c3d.staged',
    'device.state.staged',
    'stream.state.staged',
  ];
  const kept = ['machine.json', 'mine.staged', 'machine.json.old.staged', 'disk.0a1b2c3d.staged'];
  const keptInState = ['manifest.json', 'device.state', 'memory.bin'];
  for (const name of [...left, ...kept]) await writeFile(join(folder, name), 'x');
  for (const name of [...leftInState, ...keptInState]) {
    await writeFile(join(bundle.files.state, name), 'x');
  }
  await symlink('/etc/passwd', join(folder, 'machine.json.ffffffff.staged'));
  await sweepStaged(bundle);
  expect((await readdir(folder)).toSorted()).toEqual(
    [...kept, 'machine.json.ffffffff.staged', 'state'].toSorted(),
  );
  expect((await readdir(bundle.files.state)).toSorted()).toEqual(keptInState.toSorted());
});

test('a bundle without a state, or without anything, is no error', async () => {
  const folder = await folderForTest();
  await sweepStaged(bundleAt(folder));
  await sweepStaged(bundleAt(join(folder, 'nowhere.torpor')));
});
