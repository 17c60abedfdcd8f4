import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lockTarget } from '../../src/agent/download-lock.ts';
import { startDownload } from '../../src/agent/preflight.ts';
import { type Folder, makeFolder } from '../preflight/support/folder.ts';

let folder: Folder;

beforeEach(async () => {
  folder = await makeFolder();
  vi.stubEnv('XDG_CACHE_HOME', folder.at('cache'));
  vi.stubEnv('HOME', folder.at('home'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

test('a second download to the same file is refused, by whatever path, until the first has ended', async () => {
  await mkdir(folder.at('real'));
  await symlink(folder.at('real'), folder.at('link'));
  const lock = await lockTarget(folder.at('real/image.ipsw'));
  for (const target of ['real/image.ipsw', 'link/image.ipsw']) {
    const { done } = startDownload({ url: 'http://127.0.0.1:9/', target: folder.at(target) });
    await expect(done).rejects.toMatchObject({ code: 'BUSY', details: { pid: process.pid } });
  }
  (await lockTarget(folder.at('real/other.ipsw'))).release();
  lock.release();
  (await lockTarget(folder.at('link/image.ipsw'))).release();
});

test('a download of another process counts too, and one that died does not', async () => {
  const held = folder.at('image.ipsw');
  const module = join(import.meta.dirname, '../../src/agent/download-lock.ts');
  const program = `
    import { lockTarget } from ${JSON.stringify(module)};
    await lockTarget(${JSON.stringify(held)});
    console.log('held');`;
  const lock = await lockTarget(held);
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  await expect(run()).rejects.toThrow(/Another download/);
  lock.release();
  expect((await run()).stdout).toContain('held');
  (await lockTarget(held)).release();
});
