import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Codec, type ContentsDigest, contentsDigest, sha256 } from './codec.ts';
import {
  type ContainerEnd,
  type ContainerHeader,
  containerEnd,
  decodeHead,
  decodeHeader,
  headerBytes,
  type RecordHead,
  recordHeaderBytes,
} from './container.ts';
import { inOrder } from './in-order.ts';

type Bytes = Buffer<ArrayBuffer>;

/** A container as it is read, whole chunk by whole chunk. Throws Error with the reason for damage. */
export interface Chunk {
  readonly head: RecordHead;
  readonly plain: Bytes;
}

export function openToRead(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

export async function readHeader(file: FileHandle): Promise<ContainerHeader> {
  return decodeHeader(await readExactly(file, 0, headerBytes));
}

/** How far a container is whole. */
export interface Reach {
  /** The next byte to write, from the file's beginning. */
  offset: number;
  /** The next record's number. */
  number: number;
  /** What the chunks so far hold. */
  readonly contents: ContentsDigest;
  /** The last chunk, undefined when there is none. */
  last: RecordHead | undefined;
  end: ContainerEnd | undefined;
}

/**
 * Reads the chunks in order, each checked, decoded several at a time, and hands each to `take`. `reach` is
 * kept up with what has been taken, so that after a throw it says how far the container is whole.
 */
export async function readChunks(
  file: FileHandle,
  header: ContainerHeader,
  codec: Codec,
  { reach, take, onRecord, signal }: ReadOptions,
): Promise<void> {
  await inOrder(
    records(file, header, reach),
    async ({ head, bytes, next }) => {
      const plain = await codec.decode(head, bytes);
      return { head, plain, next, bytes, digest: await sha256(plain) };
    },
    async ({ head, plain, next, bytes, digest }) => {
      onRecord?.(bytes);
      if (head.kind === 'end') {
        const end = containerEnd.parse(JSON.parse(plain.toString('utf8')));
        if (end.records !== head.number || end.contents !== reach.contents.hex()) {
          throw new Error('it does not hold all that was written to it');
        }
        reach.end = end;
      } else {
        await take({ head, plain });
        reach.contents.add(head, digest);
        reach.last = head;
      }
      reach.number = head.number + 1;
      reach.offset = next;
    },
    { signal },
  );
}

export interface ReadOptions {
  readonly reach: Reach;
  readonly take: (chunk: Chunk) => Promise<void>;
  /** Is given every record as it is in the file, in order. */
  readonly onRecord?: ((bytes: Buffer) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export function beginning(): Reach {
  return {
    offset: headerBytes,
    number: 0,
    contents: contentsDigest(),
    last: undefined,
    end: undefined,
  };
}

interface RawRecord {
  readonly head: RecordHead;
  readonly bytes: Bytes;
  /** Where the next record begins. */
  readonly next: number;
}

async function* records(
  file: FileHandle,
  header: ContainerHeader,
  from: Readonly<Pick<Reach, 'offset' | 'number' | 'last'>>,
): AsyncGenerator<RawRecord> {
  let { offset, number, last } = from;
  for (;;) {
    const head = decodeHead(await readExactly(file, offset, recordHeaderBytes), header);
    if (head.number !== number || !comesAfter(head, last)) {
      throw new Error('its chunks are not in order');
    }
    const size = recordHeaderBytes + head.storedBytes;
    const bytes = await readExactly(file, offset, size);
    offset += size;
    number += 1;
    last = head;
    yield { head, bytes, next: offset };
    if (head.kind === 'end') return;
  }
}

function comesAfter(head: RecordHead, last: RecordHead | undefined): boolean {
  if (last === undefined || head.kind === 'end') return true;
  if (head.file !== last.file) return head.file > last.file;
  return head.position >= last.position + last.plainBytes;
}

export async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Bytes> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new Error('it ends too early');
    filled += bytesRead;
  }
  return bytes;
}
