import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { FileLock } from '../../src/core/host.ts';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest } from '../support/volume.ts';

const host = createHost();

async function lockPath(): Promise<string> {
  return join(await folderForTest(), 'lock');
}

function mustLock(path: string): FileLock {
  const attempt = host.lock(path);
  if (!attempt.acquired) throw new Error(`already locked by ${attempt.pid}`);
  onTestFinished(() => attempt.lock.release());
  return attempt.lock;
}

/** Another process that has tried for the lock; it lives until the test ends or kills it. */
async function otherProcess(path: string): Promise<{ child: ChildProcess; acquired: boolean }> {
  const script = join(import.meta.dirname, 'lock-holder.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => kill(child));
  for await (const line of createInterface(child.stdout)) {
    const said: unknown = JSON.parse(line);
    const acquired = typeof said === 'object' && said !== null && Reflect.get(said, 'acquired');
    return { child, acquired: acquired === true };
  }
  throw new Error('the other process ended without a word');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('a lock of another process is refused with its pid and ends with kill -9', async () => {
  const path = await lockPath();
  const { child, acquired } = await otherProcess(path);
  expect(acquired).toBe(true);
  expect(host.lock(path)).toEqual({ acquired: false, pid: child.pid });
  expect(host.lockHolder(path)).toBe(child.pid);
  // Asking must not have disturbed it.
  expect(host.lock(path)).toEqual({ acquired: false, pid: child.pid });

  await kill(child);
  expect(host.lockHolder(path)).toBeUndefined();
  expect(host.lock(path).acquired).toBe(true);
});

test('another process is refused while this one holds the lock, and not afterwards', async () => {
  const path = await lockPath();
  const lock = mustLock(path);
  expect((await otherProcess(path)).acquired).toBe(false);
  lock.release();
  expect((await otherProcess(path)).acquired).toBe(true);
});

test('a second attempt in the same process is refused and leaves the lock in force', async () => {
  const path = await lockPath();
  mustLock(path);
  expect(host.lock(path)).toEqual({ acquired: false, pid: process.pid });
  expect(host.lockHolder(path)).toBe(process.pid);
  expect((await otherProcess(path)).acquired).toBe(false);
});

test('the same file by another name is the same lock', async () => {
  const path = await lockPath();
  mustLock(path);
  await link(path, `${path}-2`);
  expect(host.lock(`${path}-2`)).toEqual({ acquired: false, pid: process.pid });
  expect(host.lockHolder(`${path}-2`)).toBe(process.pid);
});

test('no other call opens a locked file, because closing it would drop the lock', async () => {
  const path = await lockPath();
  mustLock(path);
  await symlink(path, `${path}-link`);
  const busy = { code: 'EBUSY' };
  await expect(host.flush(path)).rejects.toMatchObject(busy);
  await expect(host.flush(`${path}-link`)).rejects.toMatchObject(busy);
  await expect(host.reserve(path, 1)).rejects.toMatchObject(busy);
  await expect(host.releaseUnused(path)).rejects.toMatchObject(busy);
  await expect(host.dataExtents(path)).rejects.toMatchObject(busy);
  await expect(host.clone(path, `${path}-copy`)).rejects.toMatchObject(busy);
  await host.allocatedBytes(path);
  expect((await otherProcess(path)).acquired).toBe(false);
});

test('releasing twice does not release the next lock', async () => {
  const path = await lockPath();
  const first = mustLock(path);
  first.release();
  mustLock(path);
  first.release();
  expect(host.lockHolder(path)).toBe(process.pid);
});

test('two files have two locks', async () => {
  const path = await lockPath();
  const one = mustLock(path);
  mustLock(`${path}-2`);
  one.release();
  expect(host.lockHolder(path)).toBeUndefined();
  expect(host.lockHolder(`${path}-2`)).toBe(process.pid);
});

test('a child process does not inherit the lock', async () => {
  const path = await lockPath();
  const lock = mustLock(path);
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => kill(child));
  await once(child, 'spawn');
  lock.release();
  expect(host.lockHolder(path)).toBeUndefined();
});

test('the file is made for its owner alone; one that exists keeps its contents', async () => {
  const path = await lockPath();
  mustLock(path);
  expect((await lstat(path)).mode & 0o777).toBe(0o600);
  await writeFile(`${path}-2`, 'kept');
  mustLock(`${path}-2`).release();
  expect(await readFile(`${path}-2`, 'utf8')).toBe('kept');
});

test('a symbolic link, a folder and a missing folder are refused', async () => {
  const path = await lockPath();
  await symlink(`${path}-target`, path);
  expect(() => host.lock(path)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  expect(() => host.lockHolder(path)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  await expect(lstat(`${path}-target`)).rejects.toMatchObject({ code: 'ENOENT' });
  await mkdir(`${path}-folder`);
  expect(() => host.lock(`${path}-folder`)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  expect(() => host.lock(join(path, 'x', 'y'))).toThrow(
    expect.objectContaining({ code: 'ENOENT', syscall: 'open' }),
  );
  expect(() => host.lock(`${path}\0x`)).toThrow(TypeError);
});

test('nobody holds a lock on a file that is not there, and asking does not make it', async () => {
  const path = await lockPath();
  expect(host.lockHolder(path)).toBeUndefined();
  await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});
