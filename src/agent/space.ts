import type { LibraryInfo } from '../contract/app-state.ts';
import type { Host } from '../core/host.ts';

/** Free space flutters all the time; nobody needs to hear of less than this. */
const step = 16 * 1024 * 1024;

/** `bytes` in steps of 16 MiB. */
export function inSteps(bytes: number): number {
  return bytes - (bytes % step);
}

/** The space on the volume of `path`, the free bytes in steps of 16 MiB; null when it cannot be read. */
export async function measureSpace(host: Host, path: string): Promise<LibraryInfo['space']> {
  try {
    const { available, total } = await host.space(path);
    return { available: inSteps(available), total };
  } catch {
    // Shown as unknown; whoever needs the space meets the reason itself.
    return null;
  }
}
