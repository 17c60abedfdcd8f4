import { chmod } from 'node:fs/promises';
import type { Host, ProgressOptions } from '../../core/host.ts';
import type { CreationControl } from '../creations.ts';

export interface Copy {
  readonly from: string;
  readonly to: string;
}

/**
 * Copies files into a bundle, flushed, and tells how much is done. Cancelled, it throws between two
 * steps; the caller removes what is there.
 */
export async function copyFiles(
  host: Host,
  copies: readonly Copy[],
  control: CreationControl,
): Promise<void> {
  const sizes = await Promise.all(copies.map(({ from }) => host.allocatedBytes(from)));
  const all = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let before = 0;
  for (const [index, copy] of copies.entries()) {
    const size = sizes[index] ?? 0;
    // Copying is one half of the work, and what is flushed was copied.
    const half = (from: number): ProgressOptions => ({
      signal: control.signal,
      onProgress: (done, total) =>
        control.tell('copying', (before + size * (from + done / Math.max(1, total) / 2)) / all),
    });
    await copyFile(host, copy, half);
    before += size;
  }
}

async function copyFile(
  host: Host,
  { from, to }: Copy,
  half: (from: number) => ProgressOptions,
): Promise<void> {
  await host.clone(from, to, half(0));
  // What was read-only elsewhere is the machine's own here.
  await chmod(to, 0o600);
  await host.flush(to, half(0.5));
}
