import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { createSearch, damaged, type Span } from './directory.ts';
import { beyondEnd, type Source } from './source.ts';

/** A real restore image has some 300 entries in 50 KB of directory. */
const most = { entries: 200_000, directoryBytes: 32 << 20 };

/** Bytes between an entry's header and its data beyond its name: what Apple's and other tools write. */
const extraAllowance = 512;

export interface Zip {
  /**
   * The content of the entry called `name` in chunks, unpacked as it comes and checked against its size
   * and CRC; undefined when there is no such entry. Throws IMAGE_INVALID before unpacking when it says it
   * is larger than `limit` bytes, and what Search.find throws.
   */
  read(name: string, limit: number): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/**
 * Opens a zip, zip64 or not. `wanted` says of a name whether it will be read, and hears of each entry
 * that is passed on the way. Throws IMAGE_INVALID when it is no zip, is damaged, or has a directory
 * larger than any real image's.
 */
export async function openZip(source: Source, wanted: (name: string) => boolean): Promise<Zip> {
  const reader = new SourceReader(source);
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, source.size, {
      autoClose: false,
      lazyEntries: true,
    });
    const span = await spanOf(source, zip);
    const search = createSearch(source, span, wanted);
    return {
      async read(name, limit) {
        try {
          const at = await search.find(name);
          return at === undefined ? undefined : readEntry(source, reader, at, limit);
        } catch (error) {
          throw asDamaged(source, error);
        }
      },
    };
  } catch (error) {
    throw asDamaged(source, error);
  }
}

async function spanOf(source: Source, zip: yauzl.ZipFile): Promise<Span> {
  // @types/yauzl calls this number a boolean.
  const start = Number(zip.readEntryCursor);
  if (start >= source.size) throw beyondEnd(source.location);
  const count = zip.entryCount;
  const end = await directoryEnd(source, zip.comment.length);
  if (start > end) throw damaged(source, 'its directory begins after its end');
  if (count > most.entries || end - start > most.directoryBytes) {
    throw damaged(source, 'its directory is larger than that of any real image');
  }
  return { start, end, count };
}

/** The zip64 record stands right after the directory, or where there is none the end record (APPNOTE 4.3.6). */
async function directoryEnd(source: Source, comment: number): Promise<number> {
  const endRecord = source.size - 22 - comment;
  if (endRecord < 20) return endRecord;
  const locator = await source.read(endRecord - 20, 20);
  return locator.readUInt32LE(0) === 0x07064b50 ? Number(locator.readBigUInt64LE(8)) : endRecord;
}

/** The one entry whose record stands at `at`, as yauzl reads it. */
async function entryAt(zip: yauzl.ZipFile): Promise<yauzl.Entry | undefined> {
  for await (const entry of zip.eachEntry()) return entry;
  return undefined;
}

async function* readEntry(
  source: Source,
  reader: SourceReader,
  at: number,
  limit: number,
): AsyncGenerator<Uint8Array> {
  // A directory that begins at this record and has no other.
  const zip = new yauzl.ZipFile(reader, at, source.size, 1, '', false, true, true, true);
  const entry = await entryAt(zip).catch((error: unknown) => {
    throw asDamaged(source, error);
  });
  if (entry === undefined) throw damaged(source, 'an entry is missing');
  if (entry.uncompressedSize > limit || entry.compressedSize > limit) {
    throw damaged(source, `its ${entry.fileName} is larger than ${limit} bytes`);
  }
  if (entry.isEncrypted()) throw damaged(source, `its ${entry.fileName} is encrypted`);
  const start = entry.relativeOffsetOfLocalHeader;
  const length = 30 + entry.fileNameLength + extraAllowance + entry.compressedSize;
  try {
    if (start >= source.size) throw beyondEnd(source.location);
    await source.prefetch(start, start + length);
    const stream = await zip.openReadStreamPromise(entry);
    // yauzl ends a stream that unpacks to more than its entry says, which is within the limit.
    for await (const chunk of stream) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (error) {
    throw asDamaged(source, error);
  }
}

/** yauzl's view of a source; it asks for a few bytes at a time, the source reads ahead. */
class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: Source;

  constructor(source: Source) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(chunks(this.#source, start, end), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#source.read(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }
}

async function* chunks(source: Source, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += 64 << 10) {
    yield await source.read(at, Math.min(64 << 10, end - at));
  }
}

/** Errors of our own stay as they are; the zip library's become one sentence with the reason. */
function asDamaged(source: Source, error: unknown): TorporError {
  if (error instanceof TorporError) return error;
  const known = toTorporError(error);
  if (known.code !== 'INTERNAL') return known;
  return damaged(source, known.message.slice(0, 160), error);
}
