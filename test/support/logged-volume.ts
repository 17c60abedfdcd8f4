import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  open,
  rm,
  rmdir,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { type Entry, readWriteLog, replay } from './write-log.ts';

const run = promisify(execFile);

/** The smallest that each makes, with room for a guest. */
const makers = {
  ext4: { command: ['mkfs.ext4', '-q', '-m', '0'], bytes: 128 << 20 },
  xfs: { command: ['mkfs.xfs', '-q', '-f'], bytes: 320 << 20 },
  btrfs: { command: ['mkfs.btrfs', '-q', '-f'], bytes: 192 << 20 },
} as const;

export type LoggedKind = keyof typeof makers;

/**
 * A mounted file system below which every write and every flush is recorded, so that a power cut can be
 * had at any of them: QEMU's storage daemon exports a disk image as a file that records (blklogwrites),
 * and the kernel mounts that through a loop device, which passes flushes on.
 */
export interface LoggedVolume {
  readonly path: string;
  /** A place in the log: what was written before it was recorded before it. */
  position(): Promise<number>;
  /** Unmounts and ends the recording. Call it once, before `afterPowerCut`. */
  finish(): Promise<readonly Entry[]>;
  /**
   * Mounts, at the same path, what the medium holds when the power fails after the first `count`
   * entries: all that had been flushed, and of the rest the writes that `survives` picks. Unmounts
   * when `look` has ended.
   */
  afterPowerCut<T>(cut: PowerCut, look: () => Promise<T>): Promise<T>;
  /** Unmounts whatever is mounted, ends the daemon, and removes the files. */
  dispose(): Promise<void>;
}

export interface PowerCut {
  readonly count: number;
  /** Whether a write that no flush followed has reached the medium; `index` counts the entries. */
  readonly survives: (index: number) => boolean;
}

/** Skips the test, with the reason, where such a volume cannot be had. Always dispose of it. */
export async function loggedVolume(
  context: TestContext,
  kind: LoggedKind,
  bytes: number = makers[kind].bytes,
): Promise<LoggedVolume> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-logged-'));
  const file = (name: string): string => join(folder, name);
  const mountPoint = file('volume');
  const { command } = makers[kind];
  let mounted = false;
  let entries: readonly Entry[] = [];
  let stopDaemon = async (): Promise<void> => {};
  /** Holds what was flushed by `flushedCount` entries, so that each cut costs what is new. */
  let flushedCount = 0;

  const mount = async (image: string): Promise<void> => {
    // The least that volumes promise: with lazytime a file’s times last only when it was flushed itself.
    await run('mount', ['-o', 'loop,lazytime', image, mountPoint]);
    mounted = true;
  };
  const unmount = async (): Promise<void> => {
    await run('umount', [mountPoint]);
    mounted = false;
  };

  try {
    await mkdir(mountPoint);
    for (const name of ['disk', 'log', 'export']) await writeFile(file(name), '');
    await truncate(file('disk'), bytes);
    const [mkfs, ...options] = command;
    await run(mkfs, [...options, file('disk')]);
    await copyFile(file('disk'), file('flushed'), constants.COPYFILE_FICLONE);
    stopDaemon = await record(file);
    await mount(file('export'));
  } catch (error) {
    await stopDaemon();
    await rm(folder, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    context.skip(`a ${kind} volume cannot be recorded here: ${reason}`);
  }

  return {
    path: mountPoint,
    position: async () => (await stat(file('log'))).size,

    async finish() {
      await unmount();
      await stopDaemon();
      entries = await readWriteLog(file('log'));
      return entries;
    },

    async afterPowerCut({ count, survives }, look) {
      const before = entries.slice(0, count);
      const flushed = before.findLastIndex(({ kind: one }) => one === 'flush') + 1;
      if (flushed < flushedCount) throw new Error('cuts go forward');
      await replayOnto('flushed', entries.slice(flushedCount, flushed));
      flushedCount = flushed;
      await run('cp', ['--sparse=always', file('flushed'), file('cut')]);
      await replayOnto(
        'cut',
        before.slice(flushed).filter((_entry, index) => survives(flushed + index)),
      );
      await mount(file('cut'));
      try {
        return await look();
      } finally {
        await unmount();
      }
    },

    async dispose() {
      if (mounted) await unmount();
      await stopDaemon();
      await rmdir(mountPoint);
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function replayOnto(name: string, some: readonly Entry[]): Promise<void> {
    const [log, disk] = [await open(file('log'), 'r'), await open(file(name), 'r+')];
    try {
      for (const entry of some) await replay(log, disk, entry);
    } finally {
      await Promise.all([log.close(), disk.close()]);
    }
  }
}

/** Exports `disk` as the file `export`, recorded in `log`; returns how to end that. */
async function record(file: (name: string) => string): Promise<() => Promise<void>> {
  const disk = `driver=file,node-name=disk,filename=${file('disk')}`;
  const log = `driver=file,node-name=log,filename=${file('log')}`;
  const child = spawn(
    'qemu-storage-daemon',
    [
      ...['--blockdev', disk, '--blockdev', log],
      ...[
        '--blockdev',
        'driver=blklogwrites,node-name=recorded,file=disk,log=log,log-sector-size=512',
      ],
      ...[
        '--export',
        `type=fuse,id=export,node-name=recorded,mountpoint=${file('export')},writable=on`,
      ],
      ...['--pidfile', file('daemon.pid')],
    ],
    { stdio: 'inherit' },
  );
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const exited = once(child, 'exit');
  const early = exited.then(([status]) => Promise.reject(new Error(`ended with ${status}`)));
  for (const promise of [failed, early]) promise.catch(() => {});
  await Promise.race([exported(file('export')), failed, early]);
  return async () => {
    child.kill('SIGTERM');
    await exited;
  };
}

/** The daemon says nothing when it is ready: the file is then the disk's and no longer empty. */
async function exported(path: string): Promise<void> {
  while ((await stat(path)).size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
