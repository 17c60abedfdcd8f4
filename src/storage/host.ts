/** The Host of this computer: the native addon, plus what Node itself can do. */
import { stat } from 'node:fs/promises';
import type { FileLock, Host, LockAttempt } from '../core/host.ts';
import { follow } from './follow.ts';
import { loadNative, type NativeAddon } from './native.ts';

/**
 * Loads the native addon and returns its functions as a Host.
 *
 * @throws TorporError INTERNAL when the addon is not built; its hint names the command
 */
export function createHost(): Host {
  const native = loadNative();
  return {
    lock: (path) => lock(native, path),
    lockHolder: (path) => native.lockHolder(path),
    reserve: async (path, size) => native.reserve(path, size),
    releaseUnused: async (path) => native.releaseUnused(path),
    punchHole: async (path, start, end) => native.punchHole(path, start, end),
    dataExtents: async (path) => native.dataExtents(path),
    // stat(2) counts in units of 512 bytes, whatever the block size of the volume.
    allocatedBytes: async (path) => (await stat(path)).blocks * 512,
    dirtyExtents: async (path) => native.dirtyExtents(path),
    readAhead: async (path, extents) => native.readAhead(path, extents),
    flush: async (path, options = {}) => {
      await follow((onAmount) => native.flush(path, onAmount), options);
    },
    clone: (from, to, options = {}) =>
      follow((onAmount) => native.clone(from, to, onAmount), options),
    space: async (path) => native.space(path),
    peerUserId: (fd) => native.peerUserId(fd),
  };
}

function lock(native: NativeAddon, path: string): LockAttempt {
  const attempt = native.lock(path);
  if (!attempt.acquired) return attempt;
  const { id } = attempt;
  const held: FileLock = { release: () => native.unlock(id) };
  return { acquired: true, lock: held };
}
