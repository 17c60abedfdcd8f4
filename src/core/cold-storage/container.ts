import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TorporError } from '../errors.ts';

/**
 * The file that holds a saved state in its compacted form; docs/bundle-format.md has every byte.
 *
 *   header   4096 bytes: what it is of, how it is encrypted
 *   chunks   64 bytes each, and the chunk: of the state's files, in order, without what is all zeros
 *   end      as a chunk: how many there were, and the digest of all they hold
 *
 * It is appended to and nothing else, so that what is whole of an interrupted one can be gone on from.
 */
export const containerFormatVersion = 1;
export const headerBytes = 4096;
export const recordHeaderBytes = 64;
export const chunkBytes = 1024 * 1024;

const magic = Buffer.from('TORPCOLD', 'latin1');
const digestBytes = 32;
const jsonStart = 16;
const jsonLimit = headerBytes - digestBytes - jsonStart;

const sixteenBytes = z.string().regex(/^[0-9a-f]{32}$/);

const header = z.strictObject({
  machineId: z.uuid(),
  stateId: z.uuid(),
  chunkBytes: z.literal(chunkBytes),
  encryption: z
    .strictObject({ keyId: z.string().max(100), salt: sixteenBytes, check: sixteenBytes })
    .nullable(),
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
        bytes: z.int().min(0),
      }),
    )
    .max(17),
});

export type ContainerHeader = z.infer<typeof header>;

export function encodeHeader(value: ContainerHeader): Buffer<ArrayBuffer> {
  const json = Buffer.from(JSON.stringify(header.parse(value)), 'utf8');
  if (json.length > jsonLimit) throw new TorporError('INTERNAL', 'a header that is too long');
  const bytes = Buffer.alloc(headerBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(containerFormatVersion, 8);
  bytes.writeUInt32LE(json.length, 12);
  json.copy(bytes, jsonStart);
  digestOf(bytes.subarray(0, -digestBytes)).copy(bytes, headerBytes - digestBytes);
  return bytes;
}

/** Throws CONFIG_TOO_NEW for a later format, and Error with the reason for anything else. */
export function decodeHeader(bytes: Buffer): ContainerHeader {
  if (bytes.length !== headerBytes || !bytes.subarray(0, 8).equals(magic)) {
    throw new Error('it does not begin as a compacted state does');
  }
  const version = bytes.readUInt32LE(8);
  if (version > containerFormatVersion) throw tooNew(version);
  const isWhole = digestOf(bytes.subarray(0, -digestBytes)).equals(bytes.subarray(-digestBytes));
  if (version !== containerFormatVersion || !isWhole) throw new Error('its header has changed');
  const length = bytes.readUInt32LE(12);
  return header.parse(JSON.parse(bytes.toString('utf8', jsonStart, jsonStart + length)));
}

export const recordKinds = { chunk: 0x4b4e4843, end: 0x20444e45 } as const;
export const methods = { stored: 0, zstd: 1 } as const;

/** What the 64 bytes before each chunk say, but for its check. Positions and lengths are bytes. */
export interface RecordHead {
  readonly kind: keyof typeof recordKinds;
  /** Which of the header's files. */
  readonly file: number;
  readonly method: keyof typeof methods;
  /** Where in that file the chunk belongs. */
  readonly position: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  /** From 0, one after the other: none can be left out, doubled or moved. */
  readonly number: number;
}

/** The first 32 of the 64 bytes; the check makes the rest. */
export function encodeHead(head: RecordHead): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(recordHeaderBytes / 2);
  bytes.writeUInt32LE(recordKinds[head.kind], 0);
  bytes.writeUInt16LE(head.file, 4);
  bytes.writeUInt8(methods[head.method], 6);
  bytes.writeBigUInt64LE(BigInt(head.position), 8);
  bytes.writeUInt32LE(head.plainBytes, 16);
  bytes.writeUInt32LE(head.storedBytes, 20);
  bytes.writeUInt32LE(head.number, 24);
  return bytes;
}

/** Throws Error with the reason when the bytes are no record of `files`. */
export function decodeHead(bytes: Buffer, { files }: ContainerHeader): RecordHead {
  const kind = keyOf(recordKinds, bytes.readUInt32LE(0));
  const method = keyOf(methods, bytes.readUInt8(6));
  if (kind === undefined || method === undefined) throw new Error('it holds what is no chunk');
  const head: RecordHead = {
    kind,
    method,
    file: bytes.readUInt16LE(4),
    position: Number(bytes.readBigUInt64LE(8)),
    plainBytes: bytes.readUInt32LE(16),
    storedBytes: bytes.readUInt32LE(20),
    number: bytes.readUInt32LE(24),
  };
  const end = kind === 'end' ? chunkBytes : files[head.file]?.bytes;
  const fits = end !== undefined && head.position + head.plainBytes <= end;
  if (!fits || head.plainBytes > chunkBytes || head.storedBytes > chunkBytes + 16) {
    throw new Error('it holds a chunk that does not belong');
  }
  return head;
}

/** What the end says: that nothing is missing before it. */
export const containerEnd = z.strictObject({
  records: z.int().min(0),
  contents: z.string().regex(/^[0-9a-f]{64}$/),
});

export type ContainerEnd = z.infer<typeof containerEnd>;

function keyOf<T extends Record<string, number>>(table: T, value: number): keyof T | undefined {
  return Object.keys(table).find((key) => table[key] === value);
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function tooNew(version: number): TorporError {
  return new TorporError('CONFIG_TOO_NEW', 'The saved state was compacted by a newer Torpor.', {
    hint: `Its container has format ${version}; this version knows ${containerFormatVersion}. Update Torpor to use it.`,
    details: { formatVersion: version, known: containerFormatVersion },
  });
}
