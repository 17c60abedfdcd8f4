import { execFile } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  rmdir,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';

const run = promisify(execFile);

const makers = {
  ext4: ['mkfs.ext4', '-q', '-m', '0'],
  xfs: ['mkfs.xfs', '-q'],
  /** Takes upper and lower case for the same, as the volumes of most Macs do. */
  exfat: ['mkfs.exfat'],
} as const;

/** A new folder that is gone when the test that asked for it has finished. */
export async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Mounts a file system of `bytes` (xfs needs 300 MiB) for one test and returns its folder; unmounts
 * it when the test has finished, and fails the test when that does not work. Where mounting is not
 * possible (no root, a container, no mkfs) the test is skipped with the reason.
 */
export async function volumeForTest(
  context: TestContext,
  kind: keyof typeof makers | 'tmpfs',
  bytes: number,
): Promise<string> {
  // Not inside folderForTest(): removing that recursively must never reach into a mount.
  const folder = await mkdtemp(join(tmpdir(), 'torpor-volume-'));
  const mountPoint = join(folder, 'volume');
  const image = join(folder, 'image');
  await mkdir(mountPoint);
  try {
    if (kind === 'tmpfs') {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', mountPoint]);
    } else {
      await writeFile(image, '');
      await truncate(image, bytes);
      const [mkfs, ...options] = makers[kind];
      await run(mkfs, [...options, image]);
      await (kind === 'exfat' ? mountExfat : mountLoop)(image, mountPoint);
    }
  } catch (error) {
    await rm(image, { force: true });
    await rmdir(mountPoint);
    await rmdir(folder);
    const reason = error instanceof Error ? error.message : String(error);
    context.skip(`a ${kind} volume cannot be mounted here: ${reason}`);
  }
  onTestFinished(async () => {
    await unmount(mountPoint);
    await rmdir(mountPoint);
    if (kind !== 'tmpfs') await unlink(image);
    await rmdir(folder);
  });
  return mountPoint;
}

/** Unmounts the volume that `volumeForTest` mounted at `mountPoint`, as a hand does; returns what mounts it again. */
export async function unmountedVolume(mountPoint: string): Promise<() => Promise<void>> {
  await run('umount', [mountPoint]);
  return async () => {
    await mountLoop(join(dirname(mountPoint), 'image'), mountPoint);
  };
}

async function mountLoop(image: string, mountPoint: string): Promise<void> {
  await run('mount', ['-o', 'loop', image, mountPoint]);
}

/** By FUSE, private to this user; the loop device goes with the mount. */
async function mountExfat(image: string, mountPoint: string): Promise<void> {
  const { stdout } = await run('losetup', ['--find', '--show', image]);
  const device = stdout.trim();
  try {
    await run('mount.exfat-fuse', ['-o', 'umask=077', device, mountPoint]);
  } finally {
    // It is let go of as soon as nothing uses it any more.
    await run('losetup', ['--detach', device]);
  }
}

/** Makes a mounted volume read-only, or writable again. */
export async function remount(mountPoint: string, mode: 'ro' | 'rw'): Promise<void> {
  await run('mount', ['-o', `remount,${mode}`, mountPoint]);
}

/**
 * Unmounts, and fails when a process still uses the volume. The kernel itself may hold it for a moment
 * after the last process is gone (memory mapped from it is torn down in the background): then it is
 * detached now and released when that is done.
 */
async function unmount(mountPoint: string): Promise<void> {
  try {
    await run('umount', [mountPoint]);
  } catch (error) {
    const users = await processesUsing(mountPoint);
    if (users.length > 0) throw new Error(`used by ${users.join(', ')}`, { cause: error });
    await run('umount', ['--lazy', mountPoint]);
  }
}

async function processesUsing(mountPoint: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const used = await Promise.all(pids.map((pid) => isUsedBy(pid, mountPoint)));
  return pids.filter((_pid, index) => used[index]);
}

async function isUsedBy(pid: string, mountPoint: string): Promise<boolean> {
  try {
    if ((await readFile(`/proc/${pid}/maps`, 'utf8')).includes(mountPoint)) return true;
    const open = (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`));
    const targets = await Promise.allSettled(open);
    return targets.some((one) => one.status === 'fulfilled' && one.value.startsWith(mountPoint));
  } catch {
    return false; // It ended meanwhile, or is not ours to look into.
  }
}
