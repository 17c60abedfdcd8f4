import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { beyondEnd, type Source } from './source.ts';

/** A real restore image has some 300 entries in 50 KB of directory. */
const most = { entries: 50_000, directoryBytes: 4 << 20, nameBytes: 1024 };

/** Bytes between an entry's header and its data beyond its name: what Apple's and other tools write. */
const extraAllowance = 512;

export interface ZipEntry {
  readonly name: string;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the entry's own header stands in the archive. */
  readonly offset: number;
}

export interface Zip {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * The entry's content in chunks, unpacked as it comes and checked against its size and CRC.
   * Throws IMAGE_INVALID before unpacking when it says it is larger than `limit` bytes.
   */
  read(entry: ZipEntry, limit: number): AsyncIterable<Uint8Array>;
}

/**
 * Opens the directory of a zip, zip64 or not, and keeps what `wanted` accepts. Throws IMAGE_INVALID
 * when it is no zip, is damaged, or has a directory larger than any real image's.
 */
export async function openZip(source: Source, wanted: (name: string) => boolean): Promise<Zip> {
  const reader = new SourceReader(source);
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, source.size, {
      autoClose: false,
      lazyEntries: true,
    });
    if (zip.entryCount > most.entries) throw tooLarge(source);
    const start = cursorOf(zip);
    if (start >= source.size) throw beyondEnd(source.location);
    await source.prefetch(start, Math.min(source.size, start + directoryGuess(zip.entryCount)));
    const found = new Map<string, yauzl.Entry>();
    for await (const entry of zip.eachEntry()) {
      if (cursorOf(zip) - start > most.directoryBytes) throw tooLarge(source);
      if (!wanted(entry.fileName)) continue;
      if (found.has(entry.fileName)) throw damaged(source, `it holds ${entry.fileName} twice`);
      found.set(entry.fileName, entry);
    }
    return {
      entries: new Map([...found].map(([name, entry]) => [name, plain(name, entry)])),
      read: (entry, limit) => readEntry(source, zip, found.get(entry.name), limit),
    };
  } catch (error) {
    throw asDamaged(source, error);
  }
}

/** The next byte of the directory to read; @types/yauzl calls this number a boolean. */
function cursorOf(zip: yauzl.ZipFile): number {
  return Number(zip.readEntryCursor);
}

/** One request for the whole directory costs less than several for its pieces. */
function directoryGuess(entries: number): number {
  return Math.min(most.directoryBytes, 512 + entries * 160);
}

function plain(name: string, entry: yauzl.Entry): ZipEntry {
  return {
    name,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
  };
}

async function* readEntry(
  source: Source,
  zip: yauzl.ZipFile,
  entry: yauzl.Entry | undefined,
  limit: number,
): AsyncGenerator<Uint8Array> {
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

function damaged(source: Source, what: string, cause?: unknown): TorporError {
  return new TorporError('IMAGE_INVALID', `The image cannot be used: ${what}.`, {
    cause,
    details: { location: source.location },
    hint: 'It may be incomplete or damaged. Download it again, or use an image from Apple’s servers.',
  });
}

function tooLarge(source: Source): TorporError {
  return damaged(source, 'its directory is larger than that of any real image');
}
