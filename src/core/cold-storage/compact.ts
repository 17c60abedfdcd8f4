import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Amount } from '../driver.ts';
import { errnoOf, TorporError, toTorporError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Bundle } from '../library/bundle.ts';
import { loadManifest } from '../saved-state/files.ts';
import { assertWhole } from '../saved-state/fit.ts';
import {
  compactedFormatVersion,
  type Manifest,
  plainBytes,
  writeManifest,
} from '../saved-state/manifest.ts';
import { assertSameAs } from './check.ts';
import type { Codec } from './codec.ts';
import { type ContainerHeader, chunkBytes } from './container.ts';
import { expandState } from './expand.ts';
import { type KeyStore, newEncryption, type StateKey } from './keys.ts';
import { codecFor } from './open.ts';
import { openToRead, type Reach, readHeader } from './read.ts';
import { everything, filesOf, openSource } from './source.ts';
import { sweep, unfinishedPath } from './sweep.ts';
import { createContainer, writeContainer } from './write.ts';

/** What compacting and expanding need beside a bundle. */
export interface ColdStorage {
  readonly host: Host;
  /** Absent where states cannot be encrypted. */
  readonly keys?: KeyStore | undefined;
}

export interface CompactOptions {
  readonly encrypt: boolean;
  /** How hard zstd tries: 1 right after a suspension, when somebody waits; 3 in the background. */
  readonly level: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((amount: Amount) => void) | undefined;
}

/** Guests that run write to the same volume: so much of it is left to them. */
const floorBytes = 512 * 1024 * 1024;
const askEveryBytes = 64 * 1024 * 1024;

/**
 * Gives the saved state of `bundle`, which nothing uses meanwhile, its compacted form, encrypted if
 * asked. The container is written beside the state's files, flushed, read back and compared byte by
 * byte with them; one rename of the manifest then makes it the state, and only then the files go. At
 * every instant one whole state is there.
 *
 * Throws CANCELLED, and what was written is gone on from next time; NO_SPACE, with nothing of it left;
 * STATE_DAMAGED when the state's own files are not as they were saved, STATE_LOCKED and
 * CAPABILITY_MISSING as the key store does, COMPACT_FAILED otherwise. The state is then as it was.
 */
export async function compactState(
  bundle: Bundle,
  { host, keys }: ColdStorage,
  options: CompactOptions,
): Promise<void> {
  const manifest = await loadManifest(bundle);
  await sweep(bundle, manifest);
  if (manifest.compacted !== undefined) {
    if (!options.encrypt || manifest.compacted.keyId !== null) return;
    await expandState(bundle, { host, keys }, { signal: options.signal });
    return compactState(bundle, { host, keys }, options);
  }
  await assertWhole(manifest, bundle);
  const key = options.encrypt ? await currentKey(keys) : undefined;
  const unfinished = unfinishedPath(bundle);
  try {
    const header = await openUnfinished(unfinished, manifest, key);
    const codec = await codecFor(header, key, options.level);
    const job: Job = { ...options, bundle, manifest, host, header, codec };
    const reach = await fill(job);
    await host.flush(unfinished, { signal: options.signal });
    const sha256 = await check(job);
    // The files that were compared have to be the ones that the manifest vouches for.
    await assertWhole(manifest, bundle);
    options.signal?.throwIfAborted();
    await switchOver(job, reach, sha256);
  } catch (error) {
    throw await explain(error, unfinished, options.signal);
  }
  await sweep(bundle, await loadManifest(bundle));
  await host.flush(bundle.files.state);
}

/** One state on its way into a container. */
interface Job extends CompactOptions {
  readonly bundle: Bundle;
  readonly manifest: Manifest;
  readonly host: Host;
  readonly header: ContainerHeader;
  readonly codec: Codec;
}

async function currentKey(keys: KeyStore | undefined): Promise<StateKey> {
  if (keys !== undefined) return keys.current();
  throw new TorporError('CAPABILITY_MISSING', 'Saved states cannot be encrypted here.', {
    hint: 'There is nothing on this system that keeps a key for them.',
  });
}

/** The header of what an earlier attempt left, if it is of this state and written with this key; else a new one. */
async function openUnfinished(
  path: string,
  manifest: Manifest,
  key: StateKey | undefined,
): Promise<ContainerHeader> {
  const { id, machineId } = manifest;
  const files = filesOf(manifest);
  const found = await headerAt(path);
  const isOurs =
    found?.stateId === id &&
    found.machineId === machineId &&
    found.encryption?.keyId === key?.id &&
    JSON.stringify(found.files) === JSON.stringify(files);
  if (found !== undefined && isOurs) return found;
  await rm(path, { force: true });
  const header: ContainerHeader = {
    machineId,
    stateId: id,
    chunkBytes,
    encryption: key === undefined ? null : newEncryption(key),
    files,
  };
  await createContainer(path, header);
  return header;
}

/** Undefined for one that is not there or whose beginning is not whole: nothing of it can be used. */
async function headerAt(path: string): Promise<ContainerHeader | undefined> {
  let file: FileHandle;
  try {
    file = await openToRead(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') return undefined;
    throw error;
  }
  try {
    return await readHeader(file);
  } catch (error) {
    if (errnoOf(error) !== undefined) throw error;
    return undefined;
  } finally {
    await file.close();
  }
}

async function fill(job: Job): Promise<Reach> {
  const { bundle, manifest, host, header, codec, signal, onProgress } = job;
  const floor = Math.min(floorBytes, plainBytes(manifest));
  await assertRoom(host, bundle, floor);
  await using source = await openSource(bundle, manifest, host);
  const flags = constants.O_RDWR | constants.O_NOFOLLOW;
  const file = await open(unfinishedPath(bundle), flags);
  let sinceAsked = 0;
  try {
    return await writeContainer(file, header, codec, source, {
      signal,
      // Comparing takes about as long as writing, and is the second half.
      onProgress: ({ done, total }) => onProgress?.({ done, total: total * 2 }),
      async onWritten(bytes) {
        sinceAsked += bytes;
        if (sinceAsked < askEveryBytes) return;
        sinceAsked = 0;
        await assertRoom(host, bundle, floor);
      },
    });
  } finally {
    await file.close();
  }
}

async function check(job: Job): Promise<string> {
  const { bundle, manifest, codec, signal, onProgress } = job;
  // All of the files, also what the volume calls holes: it has to be zeros to be left out.
  await using source = await openSource(bundle, manifest, everything);
  const file = await openToRead(unfinishedPath(bundle));
  try {
    return await assertSameAs(source, file, codec, {
      signal,
      onProgress: ({ done, total }) => onProgress?.({ done: total + done, total: total * 2 }),
    });
  } finally {
    await file.close();
  }
}

async function assertRoom(host: Host, { files }: Bundle, floor: number): Promise<void> {
  const { available } = await host.space(files.state);
  if (available >= floor) return;
  throw new TorporError('NO_SPACE', 'There is no room to compact the saved state.', {
    hint: `While it is compacted both forms are there. Free ${Math.ceil((floor - available) / 1024 / 1024)} MiB on the library’s volume. The state is as it was.`,
    details: { neededBytes: floor, availableBytes: available },
  });
}

async function switchOver(
  { bundle, manifest, host, header }: Job,
  { offset, end }: Reach,
  sha256: string,
): Promise<void> {
  if (end === undefined) throw new TorporError('INTERNAL', 'a container without its end');
  const path = bundle.files.compactedState;
  await rename(unfinishedPath(bundle), path);
  await host.flush(bundle.files.state);
  await writeManifest(bundle.files.manifest, {
    ...manifest,
    formatVersion: compactedFormatVersion,
    compacted: {
      name: 'compacted.state',
      bytes: offset,
      sha256,
      contents: end.contents,
      keyId: header.encryption?.keyId ?? null,
    },
  });
}

/** What is on its way is kept for the next time, unless it is what fills the volume or reads back changed. */
async function explain(
  error: unknown,
  unfinished: string,
  signal: AbortSignal | undefined,
): Promise<TorporError> {
  if (signal?.aborted === true) {
    return new TorporError('CANCELLED', 'Compacting was cancelled. The saved state is as it was.');
  }
  const known = toTorporError(error);
  await rm(unfinished, { force: true });
  if (known.code !== 'INTERNAL') return known;
  return new TorporError(
    'COMPACT_FAILED',
    `The saved state could not be compacted: ${basename(unfinished)}: ${known.message}.`,
    { hint: 'It is as it was. The volume may be failing if this happens again.', cause: error },
  );
}
