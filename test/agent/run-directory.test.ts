import { chmod, chown, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { machineRunDirectory, openRunDirectory, runBase } from '../../src/agent/run-directory.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-run-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const linux = { platform: 'linux', home: '/home/u' } as const;

test('sockets go to the user’s run directory, and where there is none to one in /tmp', async () => {
  const fallback = `/tmp/torpor-${process.getuid?.()}`;
  const baseFor = (XDG_RUNTIME_DIR?: string) =>
    runBase({ ...linux, environment: { XDG_RUNTIME_DIR } });
  expect(await baseFor(folder)).toBe(join(folder, 'torpor'));
  expect(await baseFor()).toBe(fallback);
  expect(await baseFor('relative')).toBe(fallback);
  expect(await baseFor('/run/user/nobody')).toBe(fallback);
  expect(await runBase({ platform: 'darwin', home: '/Users/u', environment: {} })).toBe(
    join(tmpdir(), 'torpor'),
  );
});

test.runIf(process.getuid?.() === 0)('the run directory of another user is not used', async () => {
  await chown(folder, 4242, 4242);
  const environment = { XDG_RUNTIME_DIR: folder };
  expect(await runBase({ ...linux, environment })).toBe('/tmp/torpor-0');
});

test('each library has one directory of its own, whatever it is called by', async () => {
  const library = join(folder, 'library');
  const base = join(folder, 'run');
  const directory = await openRunDirectory(base, library);
  await mkdir(library);
  await symlink(library, join(folder, 'link'));
  expect(await openRunDirectory(base, join(folder, 'link'))).toBe(directory);
  expect(await openRunDirectory(base, join(folder, 'other'))).not.toBe(directory);
  expect((await lstat(directory)).mode & 0o777).toBe(0o700);
});

test('a directory that others can enter is closed to them', async () => {
  const base = join(folder, 'run');
  await mkdir(base);
  await chmod(base, 0o777);
  await openRunDirectory(base, folder);
  expect((await lstat(base)).mode & 0o777).toBe(0o700);
});

test('a symbolic link or a file that somebody planted is refused and left as it is', async () => {
  const target = join(folder, 'target');
  await mkdir(target);
  await chmod(target, 0o755);
  await symlink(target, join(folder, 'link'));
  await writeFile(join(folder, 'file'), '');
  for (const name of ['link', 'file']) {
    await expect(openRunDirectory(join(folder, name), folder)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  }
  expect((await lstat(target)).mode & 0o777).toBe(0o755);
});

test.runIf(process.getuid?.() === 0)('a directory of another user is refused', async () => {
  const base = join(folder, 'run');
  await mkdir(base, { mode: 0o700 });
  await chown(base, 4242, 4242);
  await expect(openRunDirectory(base, folder)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});

test('a path that no socket could have is refused before anything is made', async () => {
  const base = join(folder, 'x'.repeat(100));
  await expect(openRunDirectory(base, folder)).rejects.toMatchObject({
    code: 'PATH_TOO_LONG',
    details: { limit: 103 },
  });
  await expect(lstat(base)).rejects.toThrow();
});

test('machines of one library have different directories', () => {
  const one = machineRunDirectory('/run', '00000000-0000-4000-8000-000000000000');
  const other = machineRunDirectory('/run', '00000000-0001-4000-8000-000000000000');
  expect(one).not.toBe(other);
});
