import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest } from '../support/volume.ts';

const host = createHost();
const MiB = 1024 * 1024;

/** Dirty, sparse, and large enough for several steps of a flush. */
async function largeFile(): Promise<string> {
  const path = join(await folderForTest(), 'memory');
  await writeFile(path, Buffer.alloc(150 * MiB, 7));
  await truncate(path, 256 * MiB);
  return path;
}

test('progress never goes back and ends with the bytes of data', async () => {
  const path = await largeFile();
  const seen: [number, number][] = [];
  await host.flush(path, { onProgress: (done, total) => seen.push([done, total]) });
  const done = seen.map(([amount]) => amount);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  const [last] = seen.slice(-1);
  expect(last?.[0]).toBe(last?.[1]);
  expect(last?.[1]).toBe(150 * MiB);
  expect((await stat(path)).size).toBe(256 * MiB);
});

test('an abort ends it with the reason and harms nothing', async () => {
  const path = await largeFile();
  const controller = new AbortController();
  const flushing = host.flush(path, { signal: controller.signal });
  controller.abort(new Error('the user changed their mind'));
  await expect(flushing).rejects.toThrow('the user changed their mind');
  const contents = (await readFile(path)).subarray(0, 150 * MiB);
  expect(contents.equals(Buffer.alloc(150 * MiB, 7))).toBe(true);
  await host.flush(path);
});

test('a folder and an empty file can be flushed', async () => {
  const folder = await folderForTest();
  await writeFile(join(folder, 'empty'), '');
  await host.flush(folder);
  const seen: number[][] = [];
  await host.flush(join(folder, 'empty'), { onProgress: (...amounts) => seen.push(amounts) });
  expect(seen).toEqual([[0, 0]]);
});

test('a missing file and a device are errors', async () => {
  const path = join(await folderForTest(), 'x');
  await expect(host.flush(path)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open', path });
  await expect(host.flush('/dev/null')).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(host.flush('a\0b')).rejects.toThrow(TypeError);
});
