import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { TorporError } from '../../core/errors.ts';

export interface Digests {
  readonly sha1?: string | undefined;
  readonly sha256?: string | undefined;
}

/** The best digest that is known, if any. */
export function knownDigest({
  sha256,
  sha1,
}: Digests): readonly ['sha256' | 'sha1', string] | undefined {
  if (sha256 !== undefined) return ['sha256', sha256.toLowerCase()];
  return sha1 === undefined ? undefined : ['sha1', sha1.toLowerCase()];
}

/**
 * Reads the file back from the disk and compares. Throws REMOTE_FAILED when it is not what was
 * promised, the signal's reason when it is aborted.
 */
export async function verifyDigest(
  path: string,
  digests: Digests,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = knownDigest(digests);
  if (wanted === undefined) return;
  const [algorithm, expected] = wanted;
  const hash = createHash(algorithm);
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    if (!(chunk instanceof Uint8Array)) continue;
    hash.update(chunk);
    done += chunk.byteLength;
    onProgress(done);
  }
  const found = hash.digest('hex');
  if (found === expected) return;
  throw new TorporError(
    'REMOTE_FAILED',
    'The downloaded file is not the one that was promised: its checksum differs.',
    {
      hint: 'Start the download again; it begins anew. If that happens twice, use another address.',
      details: { algorithm, expected, found },
    },
  );
}
