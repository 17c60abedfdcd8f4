/**
 * What core and drivers need from the operating system beyond Node: implemented once, by the native
 * addon (src/storage/native.ts), and injected, so that core stays free of it and a test can fail any
 * single call.
 *
 * Sizes and offsets are bytes. Everything that may block runs off the JavaScript thread. Errors are
 * system errors with `code` set to the errno name (`ENOSPC`) and `syscall` to the call that failed.
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

export interface FlushOptions {
  /** Called with the bytes flushed so far and their total, at most every few milliseconds. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the flush between two chunks with the signal's reason; what was written stays written. */
  readonly signal?: AbortSignal | undefined;
}

export interface Host {
  /** Takes an exclusive kernel lock on `path`, creating the file (mode 0600), without waiting. */
  lock(path: string): LockAttempt;
  /** The pid that holds the lock on `path`; undefined when nobody does. Never disturbs a lock. */
  lockHolder(path: string): number | undefined;
  /**
   * Makes sure that bytes 0 to `size` of the existing file can be written without meeting a full
   * volume; what is there stays. Throws ENOSPC with nothing reserved beyond what was, EOPNOTSUPP
   * where the file system cannot reserve.
   */
  reserve(path: string, size: number): Promise<void>;
  /** Gives back the space of everything in the file that holds no data; contents and size stay. */
  releaseUnused(path: string): Promise<void>;
  /** Frees the blocks of `start` to `end`, which then read as zeros. */
  punchHole(path: string, start: number, end: number): Promise<void>;
  /** The runs of data of a sparse file, in order; one run for the whole file where holes are unknown. */
  dataExtents(path: string): Promise<Extent[]>;
  /** Bytes that the file takes on its volume. */
  allocatedBytes(path: string): Promise<number>;
  /**
   * Writes the file's data and metadata through to the medium (F_FULLFSYNC on macOS), also what
   * another process dirtied through a shared mapping. Works on directories.
   */
  flush(path: string, options?: FlushOptions): Promise<void>;
  /**
   * Copies a file, sharing blocks where the volume can (FICLONE, clonefile), else by data extents.
   * The target must not exist. Returns which it was.
   */
  clone(from: string, to: string): Promise<'shared' | 'copied'>;
  space(path: string): Promise<Space>;
  /** The user id of the process at the other end of a connected unix socket. */
  peerUserId(fd: number): number;
}
