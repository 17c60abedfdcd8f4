import { lstat, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, resolveInBundle } from '../library/bundle.ts';
import { digestFile } from './fingerprint.ts';
import type { Manifest } from './manifest.ts';

/** A file whose contents a saved state depends on. */
export interface Content {
  /** `memory`, `disk vda`, `firmware variables`, or the name of a file of the state. */
  readonly what: string;
  readonly path: string;
  /** What the manifest knows of all of it; undefined when it was too large to digest then. */
  readonly sha256?: string;
}

/** Everything the state depends on; of a compacted one that is its one file, as it is. */
export function contentsOf(bundle: Bundle, manifest: Manifest): Content[] {
  const inState = (name: string): string => join(bundle.files.state, name);
  const { files, memory, disks, firmwareVariables, compacted } = manifest;
  const isPlain = compacted === undefined;
  return [
    ...(isPlain
      ? files.map(({ name, sha256 }) => ({ what: name, path: inState(name), sha256 }))
      : [{ what: compacted.name, path: inState(compacted.name), sha256: compacted.sha256 }]),
    ...(isPlain && memory !== null ? [{ what: 'memory', path: inState(memory.name) }] : []),
    ...disks.map(({ id, path }) => ({ what: `disk ${id}`, path: resolveInBundle(bundle, path) })),
    ...(firmwareVariables === null
      ? []
      : [{ what: 'firmware variables', path: bundle.files.firmwareVariables }]),
  ];
}

/** What tells one file from another and one moment of it from the next, but for its contents. */
export interface Identity {
  readonly bytes: number;
  readonly inode: string;
  readonly modifiedAt: string;
  /** The kernel's own time, which nobody can set back. */
  readonly changedAt: string;
}

export async function identityOf(path: string): Promise<Identity> {
  const { size, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return {
    bytes: Number(size),
    inode: ino.toString(),
    modifiedAt: mtimeNs.toString(),
    changedAt: ctimeNs.toString(),
  };
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((amount: { done: number; total: number }) => void) | undefined;
  /** Waited for after each chunk, so that reading leaves the disk to others. */
  readonly pace?: ((bytes: number) => Promise<void>) | undefined;
}

/** The sizes of the files together; one that is missing counts as empty. */
export async function bytesOf(contents: readonly Content[]): Promise<number> {
  let total = 0;
  for (const { path } of contents) {
    total += await lstat(path).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return total;
}

/** Digests files one after the other, with progress over all of them. */
export function createReader({ signal, onProgress, pace }: ReadOptions, total: number) {
  let done = 0;
  // A disk outside the bundle may be named by a link of the person's own; in a bundle there are none.
  return async (path: string): Promise<string> =>
    digestFile(await realpath(path), signal, async (bytes) => {
      done += bytes;
      onProgress?.({ done: Math.min(done, total), total });
      await pace?.(bytes);
    });
}
