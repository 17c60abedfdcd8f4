import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  readJson,
  renameDurably,
  writeFileAtomic,
  writeJson,
} from '../../../src/core/library/atomic-file.ts';
import { rejection } from '../../support/rejection.ts';
import { folderForTest, volumeForTest } from '../../support/volume.ts';

describe('writing a file atomically', () => {
  test('replaces it whole, privately, and leaves nothing beside it', async () => {
    const folder = await folderForTest();
    const path = join(folder, 'file.json');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeJson(path, { new: true });
    expect(await readJson(path)).toEqual({ new: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['file.json']);
  });

  test('replaces a link, not what it leads to', async () => {
    const folder = await folderForTest();
    const target = join(folder, 'target');
    await writeFile(target, 'untouched');
    await symlink(target, join(folder, 'link'));
    await writeFileAtomic(join(folder, 'link'), 'new');
    expect(await readFile(target, 'utf8')).toBe('untouched');
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('new');
  });

  test('on failure leaves what was there, and nothing beside it', async () => {
    const folder = await folderForTest();
    const path = join(folder, 'file');
    await mkdir(join(path, 'inner'), { recursive: true });
    await expect(writeFileAtomic(path, 'new')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['file']);
    expect(await readdir(path)).toEqual(['inner']);
  });

  test('into a folder that is not there fails', async () => {
    const path = join(await folderForTest(), 'missing', 'file');
    await expect(writeFileAtomic(path, 'new')).rejects.toThrow('ENOENT');
  });

  test('on a full volume leaves the old file, and nothing beside it', async (context) => {
    const volume = await volumeForTest(context, 'tmpfs', 64 * 1024);
    const path = join(volume, 'file');
    await writeFileAtomic(path, 'old');
    await writeFile(join(volume, 'filler'), Buffer.alloc(40 * 1024));
    await expect(writeFileAtomic(path, 'x'.repeat(32 * 1024))).rejects.toThrow('ENOSPC');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(volume)).sort()).toEqual(['file', 'filler']);
  });

  test('many at once leave one of them whole', async () => {
    const path = join(await folderForTest(), 'file');
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
  });
});

describe('reading JSON', () => {
  test('refuses a link', async () => {
    const folder = await folderForTest();
    await writeFile(join(folder, 'real'), '{}');
    await symlink('real', join(folder, 'link'));
    await expect(readJson(join(folder, 'link'))).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('refuses what is too large, before it reads it', async () => {
    const path = join(await folderForTest(), 'large');
    await writeFile(path, `"${'x'.repeat(1024 * 1024)}"`);
    expect((await rejection(readJson(path))).message).toContain('too large');
  });

  test('refuses a folder and a named pipe, and does not wait for somebody to write into it', async () => {
    const folder = await folderForTest();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [folder, pipe]) {
      const error = await rejection(readJson(path));
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain('not a regular file');
    }
  });

  test.each(['', '{', '{"a": 1} trailing', '\u0000'])('refuses %j', async (text) => {
    const path = join(await folderForTest(), 'file');
    await writeFile(path, text);
    await expect(readJson(path)).rejects.toBeInstanceOf(SyntaxError);
  });
});

test('renaming durably moves between folders, and fails as rename does', async () => {
  const folder = await folderForTest();
  await mkdir(join(folder, 'a'));
  await mkdir(join(folder, 'b'));
  await writeFile(join(folder, 'a/file'), 'text');
  await renameDurably(join(folder, 'a/file'), join(folder, 'b/file'));
  expect(await readFile(join(folder, 'b/file'), 'utf8')).toBe('text');
  await rm(join(folder, 'a'), { recursive: true });
  await expect(renameDurably(join(folder, 'a'), join(folder, 'c'))).rejects.toThrow('ENOENT');
});
