import { execFileSync } from 'node:child_process';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest } from '../support/volume.ts';

const host = createHost();
const MiB = 1024 * 1024;

const linux = process.platform === 'linux';

async function flushedFile(): Promise<string> {
  const path = join(await folderForTest(), 'memory');
  await writeFile(path, Buffer.alloc(200 * MiB, 7));
  await host.flush(path);
  return path;
}

async function change(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write('changed', position);
  await file.close();
}

/** What of the file is in memory, as util-linux counts it. */
function cachedBytes(path: string): number {
  return Number(
    execFileSync('fincore', ['-b', '-n', '-r', '-o', 'RES', path], { encoding: 'utf8' }),
  );
}

/** dd without a copy, whose `nocache` has the kernel let go of what is on the medium. */
function dropFromCache(path: string): void {
  execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
}

test('what was changed since the last flush is told, and nothing after a flush', async (context) => {
  const path = await flushedFile();
  const clean = await host.dirtyExtents(path);
  if (clean === undefined) return context.skip('this kernel cannot tell');
  expect(clean).toEqual([]);
  for (const position of [3 * MiB, 130 * MiB]) await change(path, position);
  const dirty = await host.dirtyExtents(path);
  for (const position of [3 * MiB, 130 * MiB]) {
    expect(dirty?.some(({ start, end }) => start <= position && position < end)).toBe(true);
  }
  expect(dirty?.some(({ start, end }) => start <= 100 * MiB && 100 * MiB < end)).toBe(false);
  await host.flush(path);
  expect(await host.dirtyExtents(path)).toEqual([]);
});

test('a file that is dirty as a whole is one extent, an empty one none', async (context) => {
  const path = join(await folderForTest(), 'memory');
  await writeFile(path, Buffer.alloc(9 * MiB + 5, 7));
  const dirty = await host.dirtyExtents(path);
  if (dirty === undefined) return context.skip('this kernel cannot tell');
  expect(dirty).toEqual([{ start: 0, end: 9 * MiB + 5 }]);
  await truncate(path, 0);
  expect(await host.dirtyExtents(path)).toEqual([]);
});

test.runIf(linux)('only the parts that are wished for are read ahead', async () => {
  const path = await flushedFile();
  dropFromCache(path);
  expect(cachedBytes(path)).toBe(0);
  await host.readAhead(path, [
    { start: 8 * MiB, end: 10 * MiB },
    { start: 100 * MiB, end: 101 * MiB },
  ]);
  await vi.waitUntil(() => cachedBytes(path) >= 3 * MiB);
  expect(cachedBytes(path)).toBe(3 * MiB);
});

test('wishes that are none are refused', async () => {
  const path = await flushedFile();
  await expect(host.readAhead(path, [{ start: 2, end: 1 }])).rejects.toThrow(TypeError);
  await expect(host.readAhead(path, [{ start: -1, end: 1 }])).rejects.toThrow(RangeError);
  await expect(host.readAhead(`${path}-2`, [])).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(host.dirtyExtents(`${path}-2`)).rejects.toMatchObject({ code: 'ENOENT' });
});
