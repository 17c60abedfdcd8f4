import { chmod, chown, lstat, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivate } from '../../../src/core/library/private.ts';
import { rejection } from '../../support/rejection.ts';
import { folderForTest } from '../../support/volume.ts';

const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;

test('a directory is made private, and one that is open to others is closed', async () => {
  const folder = await folderForTest();
  await makePrivate(join(folder, 'new'));
  expect(await modeOf(join(folder, 'new'))).toBe(0o700);
  await mkdir(join(folder, 'old'));
  await chmod(join(folder, 'old'), 0o755);
  await makePrivate(join(folder, 'old'));
  expect(await modeOf(join(folder, 'old'))).toBe(0o700);
});

test('a link and a file in its place are refused, and what the link leads to is left', async () => {
  const folder = await folderForTest();
  const target = join(folder, 'target');
  await mkdir(target);
  await chmod(target, 0o755);
  await symlink(target, join(folder, 'link'));
  await writeFile(join(folder, 'file'), '');
  for (const name of ['link', 'file']) {
    expect((await rejection(makePrivate(join(folder, name)))).code).toBe('PERMISSION_DENIED');
  }
  expect(await modeOf(target)).toBe(0o755);
});

test.runIf(process.getuid?.() === 0)('another user’s directory is refused', async () => {
  const path = join(await folderForTest(), 'theirs');
  await mkdir(path);
  await chown(path, 4242, 4242);
  expect((await rejection(makePrivate(path))).message).toContain('another user');
});
