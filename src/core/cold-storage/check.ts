import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Amount } from '../driver.ts';
import type { Codec } from './codec.ts';
import { headerBytes } from './container.ts';
import { inOrder } from './in-order.ts';
import { beginning, readChunks, readExactly, readHeader } from './read.ts';
import { isZero, type Source, type SourceChunk } from './source.ts';

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((amount: Amount) => void) | undefined;
}

/**
 * Reads the container in `file` back and compares it, byte by byte, with what it was made of: what it
 * holds is the same there, and what it does not hold is zeros there. Returns the sha256 of the whole
 * file, in hex. Throws Error with the reason.
 */
export async function assertSameAs(
  source: Source,
  file: FileHandle,
  codec: Codec,
  { signal, onProgress }: CheckOptions,
): Promise<string> {
  const whole = createHash('sha256');
  const reach = beginning();
  const left = new Map(source.chunks.map((chunk) => [keyOf(chunk), chunk]));
  const total = source.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const tell = (bytes: number): void => {
    done += bytes;
    onProgress?.({ done, total });
  };
  whole.update(await readExactly(file, 0, headerBytes));
  await readChunks(file, await readHeader(file), codec, {
    reach,
    signal,
    onRecord: (bytes) => whole.update(bytes),
    async take({ head, plain }) {
      const original = { file: head.file, position: head.position, bytes: head.plainBytes };
      if (!plain.equals(await source.read(original))) throw new Error('it reads back changed');
      left.delete(keyOf(original));
      tell(plain.length);
    },
  });
  await inOrder(
    generate(left.values()),
    async (chunk) => ({ chunk, same: isZero(await source.read(chunk)) }),
    async ({ chunk, same }) => {
      if (!same) throw new Error('it lacks something that was to be in it');
      tell(chunk.bytes);
    },
    { signal },
  );
  return whole.digest('hex');
}

function keyOf({ file, position }: Omit<SourceChunk, 'bytes'>): string {
  return `${file} ${position}`;
}

async function* generate<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
