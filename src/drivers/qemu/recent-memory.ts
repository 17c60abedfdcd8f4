import type { Extent, Host } from '../../core/host.ts';
import type { MemoryFile } from '../../core/saved-state/manifest.ts';

/**
 * A guest that comes back wants first what it wrote last: its kernel's data, the stacks of what was
 * at work. These parts of the memory file are noted when it is suspended and read while QEMU starts.
 */

/** As much as a disk reads in the time that QEMU takes to start. */
const mostBytes = 128 * 1024 * 1024;
const mostExtents = 1024;

/** What the guest, which stands, wrote since its memory was flushed last. Before the next flush only. */
export async function recentlyWritten(
  host: Host,
  path: string,
): Promise<Pick<MemoryFile, 'recent'>> {
  const dirty = await host.dirtyExtents(path);
  if (dirty === undefined) return {};
  const recent: Extent[] = [];
  let left = mostBytes;
  for (const { start, end } of dirty.slice(0, mostExtents)) {
    if (left === 0) break;
    const bytes = Math.min(end - start, left);
    recent.push({ start, end: start + bytes });
    left -= bytes;
  }
  return { recent };
}

/** Begins to read it, and returns at once. */
export async function readRecentAhead(
  host: Host,
  path: string,
  { recent = [] }: MemoryFile,
): Promise<void> {
  if (recent.length > 0) await host.readAhead(path, recent);
}

export function bytesOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { start, end }) => sum + end - start, 0);
}
