import { stat } from 'node:fs/promises';
import type { Amount } from '../../core/driver.ts';

const intervalMs = 200;

/**
 * Tells how a file grows that the framework writes and says nothing of. `total` is what it can grow
 * to at most; the last word is left to the caller, who knows the end. Returns what stops it.
 */
export function watchGrowth(
  path: string,
  total: number,
  onProgress: (progress: Amount) => void,
): () => void {
  let stopped = false;
  const look = async (): Promise<void> => {
    const done = await sizeOf(path);
    if (!stopped) onProgress({ done: Math.min(done, total), total });
  };
  const timer = setInterval(() => void look(), intervalMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

/** Progress is decoration: whatever keeps the file from being looked at, the save itself tells. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
