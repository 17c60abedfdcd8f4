import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest, volumeForTest } from '../support/volume.ts';
import { sparseFiles, writeSparse } from './sparse-file.ts';

const host = createHost();
const MiB = 1024 * 1024;

test('reserve takes the space, keeps the data, and grows the file', async () => {
  const path = join(await folderForTest(), 'memory');
  await writeFile(path, 'data');
  await host.reserve(path, 8 * MiB);
  expect(await host.allocatedBytes(path)).toBeGreaterThanOrEqual(8 * MiB);
  const contents = await readFile(path);
  expect(contents.length).toBe(8 * MiB);
  expect(contents.equals(Buffer.concat([Buffer.from('data'), Buffer.alloc(8 * MiB - 4)]))).toBe(
    true,
  );
});

test('reserve fills the holes of a sparse file and never makes a file shorter', async () => {
  const path = join(await folderForTest(), 'memory');
  await writeFile(path, '');
  await truncate(path, 8 * MiB);
  expect(await host.allocatedBytes(path)).toBe(0);
  await host.reserve(path, 2 * MiB);
  const some = await host.allocatedBytes(path);
  expect(some).toBeGreaterThanOrEqual(2 * MiB);
  expect(some).toBeLessThan(4 * MiB);
  expect((await stat(path)).size).toBe(8 * MiB);
  await host.reserve(path, 0);
  expect(await host.allocatedBytes(path)).toBe(some);
});

test('releaseUnused gives back what was reserved and not written', async () => {
  const path = join(await folderForTest(), 'memory');
  const data = Buffer.alloc(MiB, 7);
  await writeFile(path, data);
  await host.reserve(path, 64 * MiB);
  await host.releaseUnused(path);
  expect(await host.allocatedBytes(path)).toBeLessThan(2 * MiB);
  const contents = await readFile(path);
  expect(contents.length).toBe(64 * MiB);
  expect(contents.subarray(0, MiB).equals(data)).toBe(true);
  expect(contents.subarray(MiB).equals(Buffer.alloc(63 * MiB))).toBe(true);
});

test('reserve and releaseUnused never change contents or size, whatever the file', async () => {
  const path = join(await folderForTest(), 'memory');
  await fc.assert(
    fc.asyncProperty(sparseFiles, fc.nat(MiB), fc.boolean(), async (file, size, flushed) => {
      const contents = await writeSparse(path, file);
      if (flushed) await host.flush(path);
      await host.releaseUnused(path);
      expect((await readFile(path)).equals(contents)).toBe(true);
      await host.reserve(path, size);
      const grown = Buffer.concat([contents, Buffer.alloc(Math.max(0, size - file.size))]);
      expect((await readFile(path)).equals(grown)).toBe(true);
      await host.releaseUnused(path);
      expect((await readFile(path)).equals(grown)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('punchHole zeroes exactly its range, whatever the file', async () => {
  const path = join(await folderForTest(), 'disk');
  await fc.assert(
    fc.asyncProperty(sparseFiles, fc.nat(MiB), fc.nat(MiB), async (file, a, b) => {
      const contents = await writeSparse(path, file);
      const [start, end] = a < b ? [a, b] : [b, a];
      await host.punchHole(path, start, end);
      contents.fill(0, Math.min(start, file.size), Math.min(end, file.size));
      expect((await readFile(path)).equals(contents)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('punchHole frees blocks', async () => {
  const path = join(await folderForTest(), 'disk');
  await writeFile(path, Buffer.alloc(4 * MiB, 1));
  await host.flush(path);
  await host.punchHole(path, MiB, 3 * MiB);
  expect(await host.allocatedBytes(path)).toBeLessThan(3 * MiB);
});

describe.each([
  ['tmpfs', 16 * MiB],
  ['ext4', 64 * MiB],
  ['xfs', 320 * MiB],
] as const)('on a full %s volume', (kind, bytes) => {
  test('reserve fails with ENOSPC, changes nothing and leaves room for others', async (context) => {
    const folder = await volumeForTest(context, kind, bytes);
    const path = join(folder, 'memory');
    const data = Buffer.alloc(MiB, 7);
    await writeFile(path, data);
    await truncate(path, 2 * MiB);
    await host.flush(path);
    const before = (await host.space(folder)).available;

    await expect(host.reserve(path, 2 * bytes)).rejects.toMatchObject({
      code: 'ENOSPC',
      syscall: 'fallocate',
      path,
    });
    expect((await readFile(path)).equals(Buffer.concat([data, Buffer.alloc(MiB)]))).toBe(true);
    await host.flush(path);
    expect((await host.space(folder)).available).toBeGreaterThan(before - MiB);
    await host.reserve(path, 4 * MiB);
  });
});

test('space says what the volume has', async (context) => {
  const folder = await volumeForTest(context, 'tmpfs', 16 * MiB);
  await writeFile(join(folder, 'file'), Buffer.alloc(4 * MiB));
  expect(await host.space(folder)).toEqual({ available: 12 * MiB, total: 16 * MiB });
});

test('wrong arguments and wrong files are errors that name them', async () => {
  const folder = await folderForTest();
  const path = join(folder, 'file');
  await writeFile(path, 'kept');
  for (const size of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
    await expect(host.reserve(path, size)).rejects.toThrow(RangeError);
    await expect(host.punchHole(path, 0, size)).rejects.toThrow(RangeError);
  }
  await expect(host.punchHole(path, 2, 1)).rejects.toThrow(RangeError);
  for (const wrong of [`${path}\0`, '']) {
    await expect(host.reserve(wrong, 1)).rejects.toThrow(TypeError);
    await expect(host.releaseUnused(wrong)).rejects.toThrow(TypeError);
    await expect(host.space(wrong)).rejects.toThrow(TypeError);
  }
  await expect(host.reserve(folder, 1)).rejects.toMatchObject({ code: 'EISDIR', syscall: 'open' });
  const missing = { code: 'ENOENT', path: `${path}-2` };
  await expect(host.reserve(`${path}-2`, 1)).rejects.toMatchObject(missing);
  await expect(host.releaseUnused(`${path}-2`)).rejects.toMatchObject(missing);
  await expect(host.allocatedBytes(`${path}-2`)).rejects.toMatchObject(missing);
  expect(await readFile(path, 'utf8')).toBe('kept');
});
