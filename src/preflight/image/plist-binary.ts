import { parseBuffer } from 'bplist-parser';
import { TorporError } from '../../core/errors.ts';
import type { PlistBounds, PlistValue } from './plist-value.ts';

/**
 * Reads a binary property list. bplist-parser expands a shared object at every place that refers to
 * it and trusts lengths, references and cycles; a hundred bytes can keep it busy for ever. So the
 * table of objects is measured first, each object once, and only a list whose expansion is within
 * `bounds` is given to it. Throws IMAGE_INVALID.
 */
export function parseBinaryPlist(bytes: Buffer, bounds: PlistBounds): PlistValue {
  if (bytes.length > bounds.bytes) throw invalid(`it is larger than ${bounds.bytes} bytes`);
  measure(bytes, bounds);
  let parsed: unknown;
  try {
    [parsed] = parseBuffer<unknown>(bytes);
  } catch (cause) {
    throw invalid('its objects cannot be read', cause);
  }
  return convert(parsed);
}

interface Layout {
  readonly bytes: Buffer;
  readonly bounds: PlistBounds;
  readonly refSize: number;
  readonly offsets: readonly number[];
  readonly measured: (Measure | 'open')[];
}

interface Measure {
  readonly values: number;
  readonly depth: number;
}

function measure(bytes: Buffer, bounds: PlistBounds): void {
  if (bytes.length < 40) throw invalid('it is too short');
  const trailer = bytes.subarray(bytes.length - 32);
  const offsetSize = trailer.readUInt8(6);
  const refSize = trailer.readUInt8(7);
  const count = Number(trailer.readBigUInt64BE(8));
  const top = Number(trailer.readBigUInt64BE(16));
  const table = Number(trailer.readBigUInt64BE(24));
  const end = bytes.length - 32;
  if (offsetSize < 1 || offsetSize > 6 || refSize < 1 || refSize > 6) {
    throw invalid('its trailer makes no sense');
  }
  if (count < 1 || count > bounds.values || count * offsetSize > end || top >= count) {
    throw invalid('its table of objects makes no sense');
  }
  if (table + count * offsetSize > end) throw invalid('its table of objects lies outside it');
  const offsets = Array.from({ length: count }, (_, index) =>
    bytes.readUIntBE(table + index * offsetSize, offsetSize),
  );
  const layout: Layout = { bytes: bytes.subarray(0, end), bounds, refSize, offsets, measured: [] };
  measureObject(layout, top, 1);
}

function measureObject(layout: Layout, index: number, level: number): Measure {
  const { bounds } = layout;
  if (level > bounds.depth) throw invalid(`it is nested deeper than ${bounds.depth} levels`);
  const before = layout.measured[index];
  if (before === 'open') throw invalid('it contains itself');
  if (before !== undefined) {
    if (level + before.depth - 1 > bounds.depth) {
      throw invalid(`it is nested deeper than ${bounds.depth} levels`);
    }
    return before;
  }
  layout.measured[index] = 'open';
  let values = 1;
  let depth = 1;
  for (const child of children(layout, index)) {
    const inner = measureObject(layout, child, level + 1);
    values += inner.values;
    depth = Math.max(depth, inner.depth + 1);
    if (values > bounds.values) throw invalid(`it holds more than ${bounds.values} values`);
  }
  const result = { values, depth };
  layout.measured[index] = result;
  return result;
}

function children(layout: Layout, index: number): number[] {
  const { bytes, offsets, refSize } = layout;
  const offset = offsets[index];
  if (offset === undefined) throw invalid('an object refers to one that is not there');
  if (offset < 8 || offset >= bytes.length) throw invalid('an object lies outside it');
  const marker = bytes.readUInt8(offset);
  const type = marker >> 4;
  if (type < 4) {
    if (type === 3 && (marker & 15) !== 3) throw invalid('a date cannot be read');
    const size = type === 3 ? 8 : type === 0 ? 0 : 2 ** (marker & 15);
    if (offset + 1 + size > bytes.length || size > 16) throw invalid('a number lies outside it');
    return [];
  }
  if (type === 8) return [];
  const { length, start } = lengthAt(bytes, offset, marker & 15);
  const size = type === 6 ? 2 : type === 10 ? refSize : type === 13 ? 2 * refSize : 1;
  if (start + length * size > bytes.length) throw invalid('an object lies outside it');
  if (type !== 10 && type !== 13) return [];
  const references = type === 13 ? 2 * length : length;
  return Array.from({ length: references }, (_, at) =>
    bytes.readUIntBE(start + at * refSize, refSize),
  );
}

function lengthAt(bytes: Buffer, offset: number, info: number): { length: number; start: number } {
  if (info !== 15) return { length: info, start: offset + 1 };
  const marker = offset + 1 < bytes.length ? bytes.readUInt8(offset + 1) : 0;
  const size = 2 ** (marker & 15);
  if (marker >> 4 !== 1 || size > 8 || offset + 2 + size > bytes.length) {
    throw invalid('a length cannot be read');
  }
  let length = 0;
  for (let at = 0; at < size; at += 1) length = length * 256 + bytes.readUInt8(offset + 2 + at);
  return { length, start: offset + 2 + size };
}

function convert(value: unknown): PlistValue {
  if (Array.isArray(value)) return value.map(convert);
  if (value instanceof Date || value instanceof Uint8Array) return value;
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return '';
      return new Map(Object.entries(value).map(([key, inner]) => [key, convert(inner)]));
    default:
      throw invalid('it holds a value of an unknown kind');
  }
}

function invalid(what: string, cause?: unknown): TorporError {
  return new TorporError('IMAGE_INVALID', `The property list cannot be used: ${what}.`, { cause });
}
