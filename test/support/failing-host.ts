import type { Host } from '../../src/core/host.ts';

/**
 * A Host that passes every call on to `host`, except that the `nth` call (from 1, or every one) of
 * the function `call` does nothing and fails with the errno `code`, as the addon's errors do:
 *
 *   failingHost(createHost(), 'flush', 'EIO')          the first flush fails
 *   failingHost(createHost(), 'reserve', 'ENOSPC', 2)  the second reserve fails
 */
export function failingHost(
  host: Host,
  call: keyof Host,
  code: string,
  nth: number | 'every' = 1,
): Host {
  let calls = 0;
  const meet = (name: keyof Host): void => {
    if (name !== call) return;
    calls += 1;
    if (nth !== 'every' && calls !== nth) return;
    throw Object.assign(new Error(`${code}: made to fail by the test, ${name}`), {
      code,
      syscall: name,
    });
  };
  return {
    lock: (path) => {
      meet('lock');
      return host.lock(path);
    },
    lockHolder: (path) => {
      meet('lockHolder');
      return host.lockHolder(path);
    },
    reserve: async (path, size) => {
      meet('reserve');
      await host.reserve(path, size);
    },
    releaseUnused: async (path) => {
      meet('releaseUnused');
      await host.releaseUnused(path);
    },
    punchHole: async (path, start, end) => {
      meet('punchHole');
      await host.punchHole(path, start, end);
    },
    dataExtents: async (path) => {
      meet('dataExtents');
      return host.dataExtents(path);
    },
    allocatedBytes: async (path) => {
      meet('allocatedBytes');
      return host.allocatedBytes(path);
    },
    dirtyExtents: async (path) => {
      meet('dirtyExtents');
      return host.dirtyExtents(path);
    },
    readAhead: async (path, extents) => {
      meet('readAhead');
      await host.readAhead(path, extents);
    },
    flush: async (path, options) => {
      meet('flush');
      await host.flush(path, options);
    },
    clone: async (from, to, options) => {
      meet('clone');
      return host.clone(from, to, options);
    },
    space: async (path) => {
      meet('space');
      return host.space(path);
    },
    peerUserId: (fd) => {
      meet('peerUserId');
      return host.peerUserId(fd);
    },
  };
}
