import { z } from 'zod';
import { parseWith } from '../config.ts';
import { errnoOf, TorporError } from '../errors.ts';
import { readJson, writeJson } from '../library/atomic-file.ts';
import type { Bundle } from '../library/bundle.ts';
import { bytesOf, contentsOf, createReader, identityOf, type ReadOptions } from './contents.ts';
import { damaged } from './fit.ts';
import type { Manifest } from './manifest.ts';

/**
 * Digests of everything that a saved state depends on, made after the suspension and kept beside its
 * manifest: guest memory and disks are too large to digest while somebody waits. They tell a flipped
 * bit, and a file that was changed by somebody who then set its time back.
 */
const nanoseconds = z.string().regex(/^\d{1,20}$/);

const digested = z.strictObject({
  what: z.string().max(200),
  bytes: z.int().min(0),
  inode: z.string().regex(/^\d+$/),
  modifiedAt: nanoseconds,
  changedAt: nanoseconds,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const record = z.strictObject({
  formatVersion: z.literal(1),
  stateId: z.uuid(),
  madeAt: z.iso.datetime(),
  /** When all contents were last found to be what they were; null when they were never compared. */
  verifiedAt: z.iso.datetime().nullable(),
  files: z.array(digested).max(64),
});

export type Digests = z.infer<typeof record>;

/** The digests that were made of this state; undefined when there are none that can be read. */
export async function readDigests(
  { files }: Bundle,
  { id }: Manifest,
): Promise<Digests | undefined> {
  try {
    const found = parseWith(record, await readJson(files.digests), files.digests);
    return found.stateId === id ? found : undefined;
  } catch (error) {
    const isUnreadable =
      error instanceof SyntaxError ||
      (error instanceof TorporError && error.code === 'CONFIG_INVALID');
    if (errnoOf(error) === 'ENOENT' || isUnreadable) return undefined;
    throw error;
  }
}

export async function writeDigests({ files }: Bundle, digests: Digests): Promise<void> {
  await writeJson(files.digests, digests);
}

/**
 * Reads everything that the state depends on and records its digests. Ends with the signal's reason,
 * with nothing recorded; throws BUSY when a file changed meanwhile.
 */
export async function makeDigests(
  bundle: Bundle,
  manifest: Manifest,
  options: ReadOptions,
): Promise<Digests> {
  const contents = contentsOf(bundle, manifest);
  const read = createReader(options, await bytesOf(contents));
  const files: Digests['files'] = [];
  for (const { what, path } of contents) {
    const before = await identityOf(path);
    const sha256 = await read(path);
    const after = await identityOf(path);
    if (before.changedAt !== after.changedAt || before.inode !== after.inode) {
      throw new TorporError('BUSY', `${path} changed while it was read.`);
    }
    files.push({ what, ...after, sha256 });
  }
  const made: Digests = {
    formatVersion: 1,
    stateId: manifest.id,
    madeAt: new Date().toISOString(),
    verifiedAt: null,
    files,
  };
  options.signal?.throwIfAborted();
  await writeDigests(bundle, made);
  return made;
}

/**
 * Reads again what has another identity than when it was digested, although its size and time are the
 * same: somebody exchanged it, or wrote to it and set its time back. Throws STATE_DAMAGED when its
 * contents are others. Reads nothing of files that nobody touched, so a resume does not wait.
 */
export async function assertUntouched(
  bundle: Bundle,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  const digests = await readDigests(bundle, manifest);
  if (digests === undefined) return;
  const read = createReader({ signal }, 0);
  for (const { what, path } of contentsOf(bundle, manifest)) {
    const known = digests.files.find((file) => file.what === what);
    if (known === undefined) continue;
    const now = await identityOf(path);
    // Torpor itself has touched it since, and its manifest vouches for it anew.
    if (now.modifiedAt !== known.modifiedAt || now.bytes !== known.bytes) continue;
    if (now.inode === known.inode && now.changedAt === known.changedAt) continue;
    if ((await read(path)) !== known.sha256) {
      throw damaged(path, 'its contents have changed, although its size and time are the same');
    }
  }
}
