import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { toTorporError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/library/atomic-file.ts';

/** Above this many bytes the log is begun anew. */
const maxLogBytes = 1024 * 1024;
/** So many of its last bytes are kept beside it, as `.1`. */
const keptBytes = 64 * 1024;

/**
 * Keeps the log that another process appends to (O_APPEND) below about 1 MiB: its end is kept as
 * `path.1` and the file emptied. Looks when the file changes and at no other time. Returns what ends
 * that. `onError` hears of what fails; the log then grows.
 */
export function boundLog(
  path: string,
  onError: (error: unknown) => void,
  maxBytes = maxLogBytes,
): () => void {
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      await beginAnew(path, maxBytes);
    } finally {
      isLooking = false;
    }
  }

  try {
    const watcher = watch(path, { persistent: false }, () => void look().catch(onError));
    watcher.on('error', onError);
    return () => watcher.close();
  } catch (error) {
    onError(toTorporError(error));
    return () => {};
  }
}

async function beginAnew(path: string, maxBytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (size <= maxBytes) return;
    const end = Buffer.alloc(Math.min(size, keptBytes));
    const { bytesRead } = await file.read(end, 0, end.length, size - end.length);
    await writeFileAtomic(`${path}.1`, end.subarray(0, bytesRead));
    await file.truncate(0);
  } finally {
    await file.close();
  }
}
