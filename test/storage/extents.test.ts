import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Extent } from '../../src/core/host.ts';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest, volumeForTest } from '../support/volume.ts';
import { sparseFiles, writeSparse } from './sparse-file.ts';

const host = createHost();
const MiB = 1024 * 1024;

/** What lies between the extents, up to `size`. */
function gapsOf(extents: readonly Extent[], size: number): Extent[] {
  const starts = [0, ...extents.map(({ end }) => end)];
  const ends = [...extents.map(({ start }) => start), size];
  return starts.map((start, index) => ({ start, end: ends[index] ?? size }));
}

test('extents are in order and apart, within the file, and what is between them is zeros', async () => {
  const path = join(await folderForTest(), 'file');
  await fc.assert(
    fc.asyncProperty(sparseFiles, fc.boolean(), async (file, flushed) => {
      const contents = await writeSparse(path, file);
      if (flushed) await host.flush(path);
      const extents = await host.dataExtents(path);
      for (const { start, end } of extents) expect(start).toBeLessThan(end);
      const gaps = gapsOf(extents, file.size);
      for (const [index, { start, end }] of gaps.entries()) {
        const atTheEdge = index === 0 || index === gaps.length - 1;
        expect(end - start).toBeGreaterThanOrEqual(atTheEdge ? 0 : 1);
        expect(contents.subarray(start, end).equals(Buffer.alloc(end - start))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

describe.each([
  ['ext4', 64 * MiB],
  ['xfs', 320 * MiB],
  ['tmpfs', 64 * MiB],
] as const)('on %s', (kind, bytes) => {
  test('holes are found, also where space is reserved', async (context) => {
    const path = join(await volumeForTest(context, kind, bytes), 'file');
    await writeFile(path, Buffer.alloc(MiB, 7));
    await truncate(path, 8 * MiB);
    expect(await host.dataExtents(path)).toEqual([{ start: 0, end: MiB }]);
    if (kind === 'tmpfs') return;
    await host.reserve(path, 16 * MiB);
    expect(await host.dataExtents(path)).toEqual([{ start: 0, end: MiB }]);
  });
});

test('an empty file has no extents', async () => {
  const path = join(await folderForTest(), 'file');
  await writeFile(path, '');
  expect(await host.dataExtents(path)).toEqual([]);
});

test('a folder and a missing file are errors', async () => {
  const folder = await folderForTest();
  await expect(host.dataExtents(folder)).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(host.dataExtents(join(folder, 'x'))).rejects.toMatchObject({ code: 'ENOENT' });
});
