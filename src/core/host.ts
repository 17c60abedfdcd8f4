/**
 * What core and drivers need from the operating system beyond Node: implemented once, by the native
 * addon (src/storage/host.ts), and injected, so that core stays free of it and a test can fail any
 * single call.
 *
 * Sizes and offsets are bytes. Everything that may block runs off the JavaScript thread. Errors are
 * system errors with `code` set to the errno name (`ENOSPC`) and `syscall` to the call that failed;
 * a path with a NUL byte, a negative or fractional size are a TypeError or RangeError.
 *
 * A file that this process holds a lock on is EBUSY for every call here but the lock's own: closing
 * another descriptor of it would drop the lock. For the same reason nothing else in the process may
 * open a lock file, not even to read it.
 */

/** A kernel lock on a file; it ends with `release()` or with the process, however that dies. */
export interface FileLock {
  release(): void;
}

/** `pid` is who holds it; undefined when the kernel cannot say (a lock from another host). */
export type LockAttempt =
  | { readonly acquired: true; readonly lock: FileLock }
  | { readonly acquired: false; readonly pid: number | undefined };

/** A run of bytes that holds data; what lies between extents reads as zeros. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface Space {
  /** Bytes that this user can still write on the volume. */
  readonly available: number;
  readonly total: number;
}

export interface ProgressOptions {
  /**
   * Called with the bytes done so far and their total, once for every few dozen MiB; the last call
   * has both equal. The total is 0 where there was nothing to write.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the work between two steps with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export type FlushOptions = ProgressOptions;

export interface Host {
  /**
   * Takes an exclusive kernel lock on `path`, creating the file (mode 0600), without waiting. When
   * this process holds it already the answer is its own pid. The file stays when the lock ends.
   * Throws ELOOP for a symbolic link, ENOLCK or EOPNOTSUPP where the file system cannot lock.
   */
  lock(path: string): LockAttempt;
  /**
   * The pid that holds the lock on `path`; undefined when nobody does. Never disturbs a lock.
   * Throws EBUSY when it is held by somebody without a pid here (another host or container).
   */
  lockHolder(path: string): number | undefined;
  /**
   * Makes sure that bytes 0 to `size` of the existing file can be written without meeting a full
   * volume; what is there stays, and a shorter file grows to `size`. Only while nobody else writes
   * to the file. Throws ENOSPC with size and contents as before and with nothing reserved, also not
   * what an earlier call had; EOPNOTSUPP where the file system cannot reserve (macOS: holes of a
   * file that is sparse already). It cannot vouch for blocks that are shared with a clone, nor for
   * btrfs, which writes every block to a new place.
   */
  reserve(path: string, size: number): Promise<void>;
  /**
   * Gives back the space of everything in the file that holds no data; contents and size stay. Only
   * while nobody else writes to the file: what is written meanwhile may be lost.
   */
  releaseUnused(path: string): Promise<void>;
  /** Frees the blocks of `start` to `end`, which then read as zeros. */
  punchHole(path: string, start: number, end: number): Promise<void>;
  /** The runs of data of a sparse file, in order; one run for the whole file where holes are unknown. */
  dataExtents(path: string): Promise<Extent[]>;
  /** Bytes that the file takes on its volume. */
  allocatedBytes(path: string): Promise<number>;
  /**
   * The parts of the file that are in memory and not on the medium yet, in order and to 128 KiB, also
   * what another process dirtied through a shared mapping; undefined where the kernel cannot tell
   * (Linux before 6.5, macOS).
   */
  dirtyExtents(path: string): Promise<Extent[] | undefined>;
  /** Has the kernel begin to read these parts of the file, without waiting for them. */
  readAhead(path: string, extents: readonly Extent[]): Promise<void>;
  /**
   * Writes the file's data and metadata through to the medium (F_FULLFSYNC on macOS), also what
   * another process dirtied through a shared mapping. Works on directories.
   */
  flush(path: string, options?: FlushOptions): Promise<void>;
  /**
   * Copies a file, sharing blocks where the volume can (FICLONE, clonefile), else by data extents
   * without the zeros in them. The target must not exist (EEXIST) and is not flushed. Returns which
   * it was. A call that fails or is aborted removes the target that it had made.
   */
  clone(from: string, to: string, options?: ProgressOptions): Promise<'shared' | 'copied'>;
  space(path: string): Promise<Space>;
  /**
   * The user id of the process at the other end of a connected unix socket, as the kernel noted it
   * when it connected. `fd` comes from descriptorOf() in src/storage/descriptor.ts.
   */
  peerUserId(fd: number): number;
}
