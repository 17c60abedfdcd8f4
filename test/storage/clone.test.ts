import { chmod, lstat, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest, volumeForTest } from '../support/volume.ts';
import { sparseFiles, writeSparse } from './sparse-file.ts';

const host = createHost();
const MiB = 1024 * 1024;

test('a clone has the same contents and size, whatever the file', async () => {
  const folder = await folderForTest();
  const from = join(folder, 'from');
  let count = 0;
  await fc.assert(
    fc.asyncProperty(sparseFiles, async (file) => {
      const contents = await writeSparse(from, file);
      count += 1;
      const to = join(folder, `to-${count}`);
      await host.clone(from, to);
      expect((await readFile(to)).equals(contents)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a copy is as sparse as its source, leaves zeros out and keeps the mode', async (context) => {
  const folder = await volumeForTest(context, 'ext4', 64 * MiB);
  const from = join(folder, 'from');
  const to = join(folder, 'to');
  // Longer than one step of the copy, with data in its first and last one.
  const data = Buffer.alloc(9 * MiB);
  data.fill(7, 0, MiB);
  data.fill(8, 9 * MiB - 5);
  await writeFile(from, data);
  await truncate(from, 1024 * MiB);
  await chmod(from, 0o640);
  const seen: number[][] = [];
  expect(await host.clone(from, to, { onProgress: (...amounts) => seen.push(amounts) })).toBe(
    'copied',
  );
  expect(seen.at(-1)).toEqual([9 * MiB, 9 * MiB]);
  const copy = await stat(to);
  expect(copy.size).toBe(1024 * MiB);
  const start = Buffer.alloc(9 * MiB);
  const file = await open(to);
  await file.read(start, 0, start.length, 0).finally(() => file.close());
  expect(start.equals(data)).toBe(true);
  expect(copy.mode & 0o777).toBe(0o640);
  expect(await host.allocatedBytes(to)).toBeLessThan(2 * MiB);
});

test('where the volume can, blocks are shared, until one side is written', async (context) => {
  const folder = await volumeForTest(context, 'xfs', 320 * MiB);
  const from = join(folder, 'from');
  const to = join(folder, 'to');
  await writeFile(from, Buffer.alloc(32 * MiB, 7));
  await host.flush(from);
  const before = (await host.space(folder)).available;
  expect(await host.clone(from, to)).toBe('shared');
  await host.flush(to);
  expect((await host.space(folder)).available).toBeGreaterThan(before - 10 * MiB);
  await writeFile(from, 'changed', { flag: 'r+' });
  expect((await readFile(to)).equals(Buffer.alloc(32 * MiB, 7))).toBe(true);
});

test('from one volume to another it is a copy', async (context) => {
  const from = join(await folderForTest(), 'from');
  const to = join(await volumeForTest(context, 'xfs', 320 * MiB), 'to');
  await writeFile(from, 'across');
  expect(await host.clone(from, to)).toBe('copied');
  expect(await readFile(to, 'utf8')).toBe('across');
});

test('a full volume fails the copy, which takes its unfinished target away', async (context) => {
  const from = join(await folderForTest(), 'from');
  const folder = await volumeForTest(context, 'tmpfs', 4 * MiB);
  await writeFile(join(folder, 'other'), 'kept');
  await writeFile(from, Buffer.alloc(8 * MiB, 7));
  await expect(host.clone(from, join(folder, 'to'))).rejects.toMatchObject({
    code: 'ENOSPC',
    syscall: 'pwrite',
    path: join(folder, 'to'),
  });
  expect(await readdir(folder)).toEqual(['other']);
});

test('an aborted copy takes its unfinished target away', async () => {
  const folder = await folderForTest();
  const from = join(folder, 'from');
  await writeFile(from, Buffer.alloc(64 * MiB, 7));
  const controller = new AbortController();
  const cloning = host.clone(from, join(folder, 'to'), { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(cloning).rejects.toThrow('enough');
  expect(await readdir(folder)).toEqual(['from']);
});

test('a target that is there already is left alone', async () => {
  const folder = await folderForTest();
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await writeFile(from, 'new');
  await writeFile(to, 'old');
  await expect(host.clone(from, to)).rejects.toMatchObject({ code: 'EEXIST', path: to });
  await expect(host.clone(from, from)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await readFile(to, 'utf8')).toBe('old');
});

test('a missing or special source makes no target', async () => {
  const folder = await folderForTest();
  const to = join(folder, 'to');
  await expect(host.clone(join(folder, 'x'), to)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(host.clone('/dev/zero', to)).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(host.clone(folder, to)).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(lstat(to)).rejects.toMatchObject({ code: 'ENOENT' });
});
