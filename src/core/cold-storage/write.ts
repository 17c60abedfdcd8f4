import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Amount } from '../driver.ts';
import { errnoOf } from '../errors.ts';
import { writeAll } from '../write-all.ts';
import { type Codec, sha256 } from './codec.ts';
import { type ContainerHeader, encodeHeader, type RecordHead } from './container.ts';
import { inOrder } from './in-order.ts';
import { beginning, type Reach, readChunks } from './read.ts';
import { isZero, type Source, type SourceChunk } from './source.ts';

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((amount: Amount) => void) | undefined;
  /** Called now and then with the bytes that were written; throws to end the writing. */
  readonly onWritten: (bytes: number) => Promise<void>;
}

/** Makes the file of a new container; EEXIST when there is one. */
export async function createContainer(path: string, header: ContainerHeader): Promise<void> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await writeAll(file, encodeHeader(header), 0);
  } finally {
    await file.close();
  }
}

/**
 * Appends to the unfinished container `file` what of `source` it does not hold yet, and its end. What it
 * holds is read and checked first; the first chunk that is not whole, and all after it, is written anew.
 * Resolves with what the container then says of itself; not flushed.
 */
export async function writeContainer(
  file: FileHandle,
  header: ContainerHeader,
  codec: Codec,
  source: Source,
  options: WriteOptions,
): Promise<Reach> {
  const { signal, onProgress, onWritten } = options;
  const reach = await wholePart(file, header, codec, signal);
  if (reach.end !== undefined) return reach;
  await file.truncate(reach.offset);
  const rest = source.chunks.filter((chunk) => isBeyond(chunk, reach.last));
  const total = source.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = total - rest.reduce((sum, { bytes }) => sum + bytes, 0);
  let number = reach.number;

  async function* filled(): AsyncGenerator<Filled> {
    for (const chunk of rest) {
      const plain = await source.read(chunk);
      done += chunk.bytes;
      if (isZero(plain)) continue;
      yield { chunk, plain, number, done };
      number += 1;
    }
  }

  async function append(head: Pick<RecordHead, 'number'>, record: Buffer): Promise<void> {
    await writeAll(file, record, reach.offset);
    reach.offset += record.length;
    reach.number = head.number + 1;
    await onWritten(record.length);
  }

  await inOrder(
    filled(),
    async ({ chunk, plain, number: own, done: until }) => {
      const { file: index, position, bytes: plainBytes } = chunk;
      const head = { kind: 'chunk', file: index, position, plainBytes, number: own } as const;
      return { head, digest: await sha256(plain), record: await codec.encode(head, plain), until };
    },
    async ({ head, digest, record, until }) => {
      await append(head, record);
      reach.contents.add(head, digest);
      onProgress?.({ done: until, total });
    },
    { signal },
  );
  const end = { records: reach.number, contents: reach.contents.hex() };
  const text = Buffer.from(JSON.stringify(end), 'utf8');
  const last = { file: 0, position: 0, plainBytes: text.length, number: reach.number };
  await append(last, await codec.encode({ kind: 'end', ...last }, text));
  reach.end = end;
  return reach;
}

interface Filled {
  readonly chunk: SourceChunk;
  readonly plain: Buffer<ArrayBuffer>;
  readonly number: number;
  /** Bytes of the source up to its end. */
  readonly done: number;
}

/** What an interrupted writing left that is whole. */
async function wholePart(
  file: FileHandle,
  header: ContainerHeader,
  codec: Codec,
  signal: AbortSignal | undefined,
): Promise<Reach> {
  const reach = beginning();
  try {
    await readChunks(file, header, codec, { reach, take: async () => {}, signal });
  } catch (error) {
    // Its end is torn, as a kill or a power cut leaves it: what is whole before that counts.
    signal?.throwIfAborted();
    if (errnoOf(error) !== undefined) throw error;
  }
  return reach;
}

function isBeyond({ file, position }: SourceChunk, last: RecordHead | undefined): boolean {
  if (last === undefined || file > last.file) return true;
  return file === last.file && position > last.position;
}
