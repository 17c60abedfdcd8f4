import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import type { Bundle } from './bundle.ts';

/**
 * Removes what a crash left of files that were being written beside their names (machine.json,
 * process.json, a state's files and records): `NAME.staged` or `NAME.XXXXXXXX.staged`. Call it with
 * the library's lock held and before the machine does anything: nobody else writes there then. Only
 * plain files of names that Torpor itself stages go; whoever made another keeps it.
 */
export async function sweepStaged(bundle: Bundle): Promise<void> {
  const { config, process, lastFrame, state } = bundle.files;
  const { manifest, consumed, deviceState, streamState } = bundle.files;
  await sweepFolder(bundle.path, [config, process, lastFrame]);
  await sweepFolder(state, [manifest, consumed, deviceState, streamState, 'set-aside.json']);
}

async function sweepFolder(folder: string, paths: readonly string[]): Promise<void> {
  const own = new Set(paths.map((path) => basename(path)));
  for (const name of await namesIn(folder)) {
    const target = /^(.+?)(\.[0-9a-f]{8})?\.staged$/.exec(name)?.[1];
    if (target === undefined || !own.has(target)) continue;
    const path = join(folder, name);
    if ((await lstat(path)).isFile()) await rm(path);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
