import { TorporError } from '../../core/errors.ts';
import { parseBinaryPlist } from './plist-binary.ts';
import type { PlistBounds, PlistValue } from './plist-value.ts';
import { parseXmlPlist, type Skip } from './plist-xml.ts';

/** Binary lists are held whole in memory, so they get less room than XML, which streams. */
const binaryLimit = 8 << 20;

/**
 * Reads a property list, XML or binary, from chunks as they come. `skip` names what need not be
 * kept of an XML list. Throws IMAGE_INVALID for whatever is no property list or is beyond `bounds`.
 */
export async function parsePlist(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bounds: PlistBounds,
  skip?: Skip,
): Promise<PlistValue> {
  const { head, rest } = await split(chunks, 8);
  if (head.toString('latin1', 0, 6) !== 'bplist') return await parseXmlPlist(rest, bounds, skip);
  const limit = Math.min(bounds.bytes, binaryLimit);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of rest) {
    size += chunk.byteLength;
    if (size > limit) {
      throw new TorporError(
        'IMAGE_INVALID',
        `The property list cannot be used: it is larger than ${limit} bytes.`,
      );
    }
    parts.push(chunk);
  }
  return parseBinaryPlist(Buffer.concat(parts), { ...bounds, bytes: limit });
}

/** The first bytes, and all chunks again from the beginning. */
async function split(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length: number,
): Promise<{ head: Buffer; rest: AsyncIterable<Uint8Array> }> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : wrap(chunks);
  let head: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, rest: again() };
}

async function* wrap(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
