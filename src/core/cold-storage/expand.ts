import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Amount } from '../driver.ts';
import { errnoOf, TorporError, toTorporError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Bundle } from '../library/bundle.ts';
import { loadManifest } from '../saved-state/files.ts';
import { damaged } from '../saved-state/fit.ts';
import {
  type Manifest,
  manifestFormatVersion,
  plainBytes,
  writeManifest,
} from '../saved-state/manifest.ts';
import { writeAll } from '../write-all.ts';
import type { ColdStorage } from './compact.ts';
import type { ContainerHeader } from './container.ts';
import type { KeyStore } from './keys.ts';
import { codecFor, keyOf } from './open.ts';
import { beginning, type Chunk, openToRead, readChunks, readHeader } from './read.ts';
import { filesOf, isZero } from './source.ts';
import { expandingPath, sweep } from './sweep.ts';

export interface ExpandOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((amount: Amount) => void) | undefined;
}

/** Blocks of zeros this large become holes, so that the files are as sparse as they were. */
const holeBytes = 4096;

/**
 * Gives a compacted state the form again that a guest goes on from; a plain one is left as it is. Every
 * chunk is checked; the files are flushed and renamed into place, one rename of the manifest makes them
 * the state, and only then the container goes. At every instant one whole state is there.
 *
 * Throws STATE_DAMAGED for a container that is not what was written, STATE_LOCKED without its key,
 * CONFIG_TOO_NEW for one of a later format, NO_SPACE with what is missing, CANCELLED; the compacted
 * state is then whole, and nothing else of it is there.
 */
export async function expandState(
  bundle: Bundle,
  { host, keys }: ColdStorage,
  options: ExpandOptions,
): Promise<void> {
  const manifest = await loadManifest(bundle);
  const { compacted } = manifest;
  if (compacted === undefined) return;
  await sweep(bundle, manifest);
  try {
    await assertRoom(host, bundle, manifest);
    await unpack(bundle, manifest, keys, options);
    options.signal?.throwIfAborted();
    await switchBack(bundle, manifest, host, options.signal);
  } catch (error) {
    // Nothing is removed when the switch has been made: then the files are the state.
    const now = await loadManifest(bundle);
    await sweep(bundle, now);
    if (options.signal?.aborted === true) {
      throw new TorporError('CANCELLED', 'Expanding was cancelled. The saved state is as it was.');
    }
    throw toTorporError(error);
  }
  await sweep(bundle, await loadManifest(bundle));
  await host.flush(bundle.files.state);
}

/** Reads a whole container and checks every chunk, as an expansion would; writes nothing. Throws as expandState. */
export async function verifyCompacted(
  bundle: Bundle,
  { keys }: Pick<ColdStorage, 'keys'>,
  options: ExpandOptions,
): Promise<void> {
  const manifest = await loadManifest(bundle);
  await readAll(bundle, manifest, keys, { ...options, take: async () => {} });
}

async function unpack(
  bundle: Bundle,
  manifest: Manifest,
  keys: KeyStore | undefined,
  options: ExpandOptions,
): Promise<void> {
  const handles: FileHandle[] = [];
  try {
    for (const { name, bytes } of filesOf(manifest)) {
      const path = expandingPath(join(bundle.files.state, name));
      const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
      const handle = await open(path, flags | constants.O_NOFOLLOW, 0o600);
      handles.push(handle);
      await handle.truncate(bytes);
    }
    await readAll(bundle, manifest, keys, {
      ...options,
      async take({ head, plain }) {
        const handle = handles[head.file];
        if (handle === undefined) throw new Error('it holds a chunk that does not belong');
        await writeSparse(handle, plain, head.position);
      },
    });
  } finally {
    for (const handle of handles) await handle.close();
  }
}

async function readAll(
  bundle: Bundle,
  manifest: Manifest,
  keys: KeyStore | undefined,
  { take, signal, onProgress }: ExpandOptions & { readonly take: (chunk: Chunk) => Promise<void> },
): Promise<void> {
  const { compacted } = manifest;
  if (compacted === undefined) return;
  const path = bundle.files.compactedState;
  const total = plainBytes(manifest);
  let done = 0;
  let file: FileHandle | undefined;
  const reach = beginning();
  try {
    file = await openToRead(path);
    const header = await readHeader(file);
    assertOf(header, manifest);
    const codec = await codecFor(header, await keyOf(header, keys), 1);
    await readChunks(file, header, codec, {
      reach,
      signal,
      async take(chunk) {
        await take(chunk);
        done += chunk.plain.length;
        onProgress?.({ done: Math.min(done, total), total, phase: 'expanding' });
      },
    });
    const isWhole = reach.end?.contents === compacted.contents && reach.offset === compacted.bytes;
    if (!isWhole) throw new Error('it is not the one that was written for this state');
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof TorporError) throw error;
    const errno = errnoOf(error);
    if (errno !== undefined && errno !== 'ENOENT' && errno !== 'ELOOP') throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw damaged(path, why);
  } finally {
    await file?.close();
  }
}

function assertOf(header: ContainerHeader, manifest: Manifest): void {
  const isOf =
    header.stateId === manifest.id &&
    header.machineId === manifest.machineId &&
    (header.encryption?.keyId ?? null) === manifest.compacted?.keyId &&
    JSON.stringify(header.files) === JSON.stringify(filesOf(manifest));
  if (!isOf) throw new Error('it is of another state');
}

async function writeSparse(handle: FileHandle, plain: Buffer, position: number): Promise<void> {
  let start: number | undefined;
  for (let offset = 0; offset <= plain.length; offset += holeBytes) {
    const block = plain.subarray(offset, offset + holeBytes);
    const isData = block.length > 0 && !isZero(block);
    if (isData) start ??= offset;
    else if (start !== undefined) {
      await writeAll(handle, plain.subarray(start, offset), position + start);
      start = undefined;
    }
  }
  if (start !== undefined) await writeAll(handle, plain.subarray(start), position + start);
}

async function assertRoom(host: Host, bundle: Bundle, manifest: Manifest): Promise<void> {
  const needed = plainBytes(manifest);
  const { available } = await host.space(bundle.files.state);
  if (available >= needed) return;
  const missing = needed - available;
  throw new TorporError('NO_SPACE', 'There is no room to expand the saved state.', {
    hint: `Free ${Math.ceil(missing / 1024 / 1024)} MiB on the library’s volume. The compacted state was kept.`,
    details: { neededBytes: needed, availableBytes: available, missingBytes: missing },
  });
}

async function switchBack(
  bundle: Bundle,
  { compacted: _done, ...manifest }: Manifest,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<void> {
  const paths = filesOf(manifest).map(({ name }) => join(bundle.files.state, name));
  for (const path of paths) await host.flush(expandingPath(path), { signal });
  for (const path of paths) await rename(expandingPath(path), path);
  await host.flush(bundle.files.state);
  const { memory } = manifest;
  await writeManifest(bundle.files.manifest, {
    ...manifest,
    formatVersion: manifestFormatVersion,
    memory: memory && { ...memory, ...(await identityOf(join(bundle.files.state, memory.name))) },
  });
}

/** The memory file is another one now, with the same contents. */
async function identityOf(path: string): Promise<{ inode: string; modifiedAt: string }> {
  const { ino, mtimeNs } = await lstat(path, { bigint: true });
  return { inode: ino.toString(), modifiedAt: mtimeNs.toString() };
}
