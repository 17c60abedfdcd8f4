/** Writes zip archives of any size as sparse files, byte for byte as asked, also wrong ones. */

import { open } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';

export interface Part {
  readonly name: string;
  /** Content, deflated when `deflate` is true. */
  readonly content?: Uint8Array;
  readonly deflate?: boolean;
  /** A stored entry of this many zeros that takes no space on the disk. */
  readonly hole?: number;
  /** What the headers say instead of the truth. */
  readonly claims?: { readonly size?: number; readonly compressed?: number; readonly crc?: number };
  readonly flags?: number;
}

export interface ZipSpec {
  readonly parts: readonly Part[];
  readonly comment?: string;
  /** Where the end records say the directory is, instead of the truth. */
  readonly directoryAt?: number;
  readonly entryCount?: number;
  /** Leave the zip64 records out, as archives under 4 GiB may. */
  readonly classic?: boolean;
}

const sentinel = 0xffffffff;

/** Returns the size of the file and where its directory began. */
export async function writeZip(
  path: string,
  spec: ZipSpec,
): Promise<{ size: number; directory: number }> {
  const file = await open(path, 'w');
  try {
    let at = 0;
    // A hundred thousand entries are not a hundred thousand writes.
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    const flush = async (): Promise<void> => {
      if (heldBytes > 0) await file.write(Buffer.concat(held), 0, heldBytes, at - heldBytes);
      held = [];
      heldBytes = 0;
    };
    const put = async (bytes: Uint8Array): Promise<void> => {
      held.push(bytes);
      heldBytes += bytes.length;
      at += bytes.length;
      if (heldBytes > 1 << 20) await flush();
    };
    const records: Buffer[] = [];
    for (const part of spec.parts) {
      const start = at;
      const plain = part.content ?? new Uint8Array();
      const data = part.deflate === true ? deflateRawSync(plain) : plain;
      const size = part.claims?.size ?? part.hole ?? plain.length;
      const compressed = part.claims?.compressed ?? part.hole ?? data.length;
      const common = {
        part,
        size,
        compressed,
        crc: part.claims?.crc ?? (part.hole === undefined ? crc32(plain) : 0),
        start,
        classic: spec.classic === true,
      };
      await put(header(common, 'local'));
      if (part.hole === undefined) await put(data);
      else {
        await flush();
        at += part.hole;
      }
      records.push(header(common, 'central'));
    }
    const directory = at;
    const whole = Buffer.concat(records);
    await put(whole);
    const said = spec.directoryAt ?? directory;
    const count = spec.entryCount ?? spec.parts.length;
    if (spec.classic !== true) await put(zip64End(said, whole.length, count, at));
    await put(end(said, whole.length, count, spec));
    await flush();
    return { size: at, directory };
  } finally {
    await file.close();
  }
}

interface Header {
  readonly part: Part;
  readonly size: number;
  readonly compressed: number;
  readonly crc: number;
  readonly start: number;
  readonly classic: boolean;
}

function header(entry: Header, kind: 'local' | 'central'): Buffer {
  const name = Buffer.from(entry.part.name);
  const extra = entry.classic ? Buffer.alloc(0) : zip64Extra(entry, kind);
  const central = kind === 'central';
  const fixed = Buffer.alloc(central ? 46 : 30);
  const shift = central ? 2 : 0;
  fixed.writeUInt32LE(central ? 0x02014b50 : 0x04034b50, 0);
  if (central) fixed.writeUInt16LE(45, 4);
  fixed.writeUInt16LE(45, 4 + shift);
  fixed.writeUInt16LE(entry.part.flags ?? 0x800, 6 + shift);
  fixed.writeUInt16LE(entry.part.deflate === true ? 8 : 0, 8 + shift);
  fixed.writeUInt32LE(entry.crc, 14 + shift);
  fixed.writeUInt32LE(entry.classic ? entry.compressed : sentinel, 18 + shift);
  fixed.writeUInt32LE(entry.classic ? entry.size : sentinel, 22 + shift);
  fixed.writeUInt16LE(name.length, 26 + shift);
  fixed.writeUInt16LE(extra.length, 28 + shift);
  if (central) fixed.writeUInt32LE(entry.classic ? entry.start : sentinel, 42);
  return Buffer.concat([fixed, name, extra]);
}

function zip64Extra(entry: Header, kind: 'local' | 'central'): Buffer {
  const body = Buffer.alloc(kind === 'central' ? 28 : 20);
  body.writeUInt16LE(1, 0);
  body.writeUInt16LE(body.length - 4, 2);
  body.writeBigUInt64LE(BigInt(entry.size), 4);
  body.writeBigUInt64LE(BigInt(entry.compressed), 12);
  if (kind === 'central') body.writeBigUInt64LE(BigInt(entry.start), 20);
  return body;
}

function zip64End(directory: number, length: number, count: number, at: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(directory), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(at), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function end(directory: number, length: number, count: number, spec: ZipSpec): Buffer {
  const comment = Buffer.from(spec.comment ?? '');
  const record = Buffer.alloc(22);
  const classic = spec.classic === true;
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(classic ? count : 0xffff, 8);
  record.writeUInt16LE(classic ? count : 0xffff, 10);
  record.writeUInt32LE(classic ? length : sentinel, 12);
  record.writeUInt32LE(classic ? directory : sentinel, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}
