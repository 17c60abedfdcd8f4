import { TorporError } from '../../core/errors.ts';
import { type Source, tooMuchToRead } from './source.ts';

/** Where the directory of a zip stands in its archive, and how many records it should hold. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

export interface Search {
  /**
   * Where the record of the entry called `name` begins; undefined when the directory has none. Reads no
   * further than that of a remote archive, and each part of the directory once, however often it is asked.
   * Throws REMOTE_FAILED when a remote directory is too long to find it within the source's budget, and
   * IMAGE_INVALID for one that is damaged or that has a wanted entry twice.
   */
  find(name: string): Promise<number | undefined>;
}

/** What is read of a remote directory at first: more than the whole of that of a real restore image. */
const firstWindow = 384 << 10;

/** What further windows leave of the budget: room for a list of true size, packed. */
const leftForLists = 336 << 10;

/** Holds the longest record there can be. */
const fileWindow = 256 << 10;

const signature = 0x02014b50;
const fixedBytes = 46;

interface Record {
  readonly name: string;
  readonly at: number;
  readonly end: number;
}

/**
 * Looks for entries in the directory of a zip without reading a long one whole: first in what is at hand
 * of its end, then from its beginning on. `note` is told of every entry that is passed.
 */
export function createSearch(source: Source, span: Span, note: (name: string) => boolean): Search {
  const found = new Map<string, number>();
  let cursor = span.start;
  let passed = 0;
  let stop = span.end;
  let isFirst = true;

  function take(record: Record): void {
    passed += 1;
    if (!note(record.name)) return;
    if (found.has(record.name)) throw damaged(source, `it holds ${record.name} twice`);
    found.set(record.name, record.at);
  }

  async function lookAtEnd(): Promise<void> {
    const from = source.atHandFrom;
    if (from <= span.start || from >= span.end) return;
    const bytes = await source.read(from, span.end - from);
    const begin = chainBefore(bytes);
    if (begin === undefined) return;
    stop = from + begin;
    for (const record of recordsIn(bytes.subarray(begin), stop)) take(record);
  }

  async function walkOn(): Promise<void> {
    const bytes = await source.read(cursor, await windowAt(source, cursor, stop, isFirst, span));
    isFirst = false;
    const before = cursor;
    for (const record of recordsIn(bytes, cursor)) {
      if (passed === span.count) throw damaged(source, 'its directory is too long');
      take(record);
      cursor = record.end;
    }
    if (cursor === before || cursor > stop) {
      throw damaged(source, 'its directory is cut off or no directory');
    }
  }

  let end: Promise<void> | undefined;
  return {
    async find(name) {
      end ??= lookAtEnd();
      await end;
      // A file is walked through to the end, so that an entry it has twice is noticed.
      const isWanted = (): boolean => source.spare() === undefined || !found.has(name);
      while (cursor < stop && isWanted()) await walkOn();
      if (cursor >= stop && passed !== span.count) {
        throw damaged(source, `its directory holds ${passed} of ${span.count} entries`);
      }
      return found.get(name);
    },
  };
}

/** Bytes of the directory to read next; asks a remote source for them. */
async function windowAt(
  source: Source,
  from: number,
  until: number,
  isFirst: boolean,
  { count }: Span,
): Promise<number> {
  const spare = source.spare();
  if (spare === undefined) return Math.min(fileWindow, until - from);
  if (from >= source.atHandFrom) return until - from;
  const most = isFirst ? firstWindow : spare.bytes - leftForLists;
  const length = Math.min(until - from, most);
  // One request is kept for the list itself.
  if (length < fixedBytes || spare.requests < 2) {
    throw tooMuchToRead(source.location, `its directory lists ${count} entries`);
  }
  await source.prefetch(from, from + length);
  return length;
}

/** The records that stand complete at the beginning of `bytes`, which begins at `base` in the archive. */
function* recordsIn(bytes: Buffer, base: number): Generator<Record> {
  for (let at = 0; ; ) {
    const length = lengthAt(bytes, at);
    if (length === undefined || at + length > bytes.length) return;
    const name = bytes.toString('latin1', at + fixedBytes, at + fixedBytes + nameLength(bytes, at));
    yield { name, at: base + at, end: base + at + length };
    at += length;
  }
}

/**
 * Where in `bytes`, which end where the directory ends, the first record begins from which one follows
 * the other up to that end. The end of a directory is found so without its beginning.
 */
function chainBefore(bytes: Buffer): number | undefined {
  const good = new Set<number>([bytes.length]);
  let first: number | undefined;
  for (let at = bytes.length - fixedBytes; at >= 0; at -= 1) {
    const length = lengthAt(bytes, at);
    if (length === undefined || !good.has(at + length)) continue;
    good.add(at);
    first = at;
  }
  return first;
}

/** Undefined where no record begins, or not its fixed part whole. */
function lengthAt(bytes: Buffer, at: number): number | undefined {
  if (at + fixedBytes > bytes.length || bytes.readUInt32LE(at) !== signature) return undefined;
  const extra = bytes.readUInt16LE(at + 30);
  const comment = bytes.readUInt16LE(at + 32);
  return fixedBytes + nameLength(bytes, at) + extra + comment;
}

function nameLength(bytes: Buffer, at: number): number {
  return bytes.readUInt16LE(at + 28);
}

/** An archive that is no good; `what` completes the sentence. */
export function damaged(source: Source, what: string, cause?: unknown): TorporError {
  return new TorporError('IMAGE_INVALID', `The image cannot be used: ${what}.`, {
    cause,
    details: { location: source.location },
    hint: 'It may be incomplete or damaged. Download it again, or use an image from Apple’s servers.',
  });
}
