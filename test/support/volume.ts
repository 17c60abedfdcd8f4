import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, rmdir, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';

const run = promisify(execFile);

const makers = {
  ext4: ['mkfs.ext4', '-q', '-m', '0'],
  xfs: ['mkfs.xfs', '-q'],
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
  kind: 'ext4' | 'xfs' | 'tmpfs',
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
      await run('mount', ['-o', 'loop', image, mountPoint]);
    }
  } catch (error) {
    await rm(image, { force: true });
    await rmdir(mountPoint);
    await rmdir(folder);
    const reason = error instanceof Error ? error.message : String(error);
    context.skip(`a ${kind} volume cannot be mounted here: ${reason}`);
  }
  onTestFinished(async () => {
    await run('umount', [mountPoint]);
    await rmdir(mountPoint);
    if (kind !== 'tmpfs') await unlink(image);
    await rmdir(folder);
  });
  return mountPoint;
}
