import { mkdtemp, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestFile, fingerprintFile } from '../../../src/core/saved-state/fingerprint.ts';
import { folderForTest } from '../../support/volume.ts';

const time = new Date('2026-01-01T00:00:00.000Z');

async function file(bytes: Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(await folderForTest(), 'f-')), 'file');
  await writeFile(path, bytes);
  await utimes(path, time, time);
  return path;
}

test('equal files of one time have one fingerprint', async () => {
  const bytes = Buffer.alloc(1_000_000, 'x');
  expect(await fingerprintFile(await file(bytes))).toEqual(
    await fingerprintFile(await file(bytes)),
  );
});

test.each([0, 1, 4095, 4096, 4097, 262_144, 262_145])(
  '%i bytes: the first and the last byte count',
  async (size) => {
    const original = await fingerprintFile(await file(Buffer.alloc(size)));
    expect(original.bytes).toBe(size);
    for (const index of size === 0 ? [] : [0, size - 1]) {
      const bytes = Buffer.alloc(size);
      bytes[index] = 1;
      const other = await fingerprintFile(await file(bytes));
      expect(other.sample).not.toBe(original.sample);
    }
  },
);

test('every byte counts of a file that its sample covers whole', async () => {
  const size = 64 * 4096;
  const { sample } = await fingerprintFile(await file(Buffer.alloc(size)));
  for (let index = 0; index < size; index += 4099) {
    const bytes = Buffer.alloc(size);
    bytes[index] = 1;
    expect((await fingerprintFile(await file(bytes))).sample).not.toBe(sample);
  }
});

test('a sparse file of a tebibyte takes no longer than its samples', async () => {
  const path = await file(Buffer.alloc(0));
  await truncate(path, 2 ** 40);
  expect((await fingerprintFile(path)).bytes).toBe(2 ** 40);
});

test('the digest is of the whole file, as sha256sum prints it', async () => {
  expect(await digestFile(await file(Buffer.from('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('a digest stops when it is told to', async () => {
  const path = await file(Buffer.alloc(10_000_000));
  await expect(digestFile(path, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
