import { errnoOf } from '../errors.ts';
import type { Bundle } from '../library/bundle.ts';
import {
  bytesOf,
  type Content,
  contentsOf,
  createReader,
  identityOf,
  type ReadOptions,
} from './contents.ts';
import { type Digests, makeDigests, readDigests, writeDigests } from './digests.ts';
import type { Manifest } from './manifest.ts';

/** `unknown`: there was nothing to compare with, so its digest is recorded from now on. */
export type ContentVerdict = 'intact' | 'changed' | 'missing' | 'unknown';

export interface Verification {
  /**
   * `intact`: everything is as it was. `damaged`: something is not. `recorded`: nothing is known to be
   * wrong, and not everything could be compared, because no digests had been made before.
   */
  readonly verdict: 'intact' | 'damaged' | 'recorded';
  /** When the digests were made that this was compared with; null when there were none. */
  readonly madeAt: string | null;
  readonly files: readonly {
    readonly what: string;
    readonly path: string;
    readonly verdict: ContentVerdict;
  }[];
}

/**
 * Compares everything that the saved state depends on with the digests made after the suspension. What
 * it finds intact it notes beside the manifest; it changes nothing else.
 */
export async function verifyState(
  bundle: Bundle,
  manifest: Manifest,
  options: ReadOptions,
): Promise<Verification> {
  const digests = await readDigests(bundle, manifest);
  const contents = contentsOf(bundle, manifest);
  if (digests === undefined) return firstTime(bundle, manifest, contents, options);
  const read = createReader(options, await bytesOf(contents));
  const files = [];
  for (const content of contents) {
    const expected =
      content.sha256 ?? digests.files.find(({ what }) => what === content.what)?.sha256;
    files.push({ ...named(content), verdict: await compare(content, expected, read) });
  }
  const verdict = files.some((one) => one.verdict === 'changed' || one.verdict === 'missing')
    ? 'damaged'
    : files.every((one) => one.verdict === 'intact')
      ? 'intact'
      : 'recorded';
  if (verdict === 'intact') await noteIntact(bundle, contents, digests);
  return { verdict, madeAt: digests.madeAt, files };
}

async function firstTime(
  bundle: Bundle,
  manifest: Manifest,
  contents: readonly Content[],
  options: ReadOptions,
): Promise<Verification> {
  const missing = new Set<string>();
  for (const { what, path } of contents) {
    if (await isMissing(path)) missing.add(what);
  }
  const made = missing.size > 0 ? undefined : await makeDigests(bundle, manifest, options);
  const files = contents.map((content) => {
    const now = made?.files.find(({ what }) => what === content.what)?.sha256;
    return {
      ...named(content),
      verdict: verdictOf(missing.has(content.what), content.sha256, now),
    };
  });
  const isDamaged = files.some(({ verdict }) => verdict === 'changed' || verdict === 'missing');
  return { verdict: isDamaged ? 'damaged' : 'recorded', madeAt: null, files };
}

function verdictOf(
  missing: boolean,
  expected: string | undefined,
  now: string | undefined,
): ContentVerdict {
  if (missing) return 'missing';
  if (expected === undefined || now === undefined) return 'unknown';
  return expected === now ? 'intact' : 'changed';
}

async function compare(
  { path }: Content,
  expected: string | undefined,
  read: (path: string) => Promise<string>,
): Promise<ContentVerdict> {
  if (await isMissing(path)) return 'missing';
  return verdictOf(false, expected, await read(path));
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await identityOf(path);
    return false;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/** Also whose file it is now: a copy from a backup that proved to be the same counts from here on. */
async function noteIntact(
  bundle: Bundle,
  contents: readonly Content[],
  digests: Digests,
): Promise<void> {
  const files: Digests['files'] = [];
  for (const file of digests.files) {
    const content = contents.find(({ what }) => what === file.what);
    files.push(content === undefined ? file : { ...file, ...(await identityOf(content.path)) });
  }
  await writeDigests(bundle, { ...digests, verifiedAt: new Date().toISOString(), files });
}

function named({ what, path }: Content) {
  return { what, path };
}
