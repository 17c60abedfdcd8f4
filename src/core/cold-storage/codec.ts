import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { TorporError } from '../errors.ts';
import { encodeHead, type RecordHead, recordHeaderBytes } from './container.ts';
import type { Owner } from './keys.ts';

/**
 * One chunk, from plain bytes to a record and back. Compression, digests and encryption run in
 * libuv's pool, never on the JavaScript thread.
 */
export interface Codec {
  /** `head` but for how the chunk is stored, which this decides. */
  encode(head: Omit<RecordHead, 'method' | 'storedBytes'>, plain: Bytes): Promise<Bytes>;
  /** The plain bytes. `record` is the whole record; throws Error with the reason when it was changed. */
  decode(head: RecordHead, record: Bytes): Promise<Bytes>;
}

type Bytes = Buffer<ArrayBuffer>;

export interface CodecOptions {
  /** zstd's: 1 is fastest, 3 its own default. */
  readonly level: number;
  readonly key: webcrypto.CryptoKey | undefined;
  readonly owner: Owner;
}

const headBytes = recordHeaderBytes / 2;
const nonceBytes = 12;
const tagBytes = 16;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Less gained than this is not worth the time that expanding takes. */
const worthwhile = 0.95;

/**
 * Encrypted, a chunk is AES-256-GCM under the container's own key with 12 random bytes as its nonce: a key
 * meets less than 2^32 of them (NIST SP 800-38D, 8.3), and one that is written again after an
 * interruption never has the same twice. What is authenticated besides is the record's head (so the
 * chunk's number and place), the machine and the state.
 */
export function createCodec({ level, key, owner }: CodecOptions): Codec {
  const about = Buffer.from(`${owner.machineId} ${owner.stateId}`, 'latin1');

  async function seal(head: Bytes, payload: Bytes): Promise<Bytes> {
    if (key === undefined) return joined(head, await checkOf(head, payload), payload);
    const nonce = randomBytes(nonceBytes);
    const sealed = Buffer.from(
      await webcrypto.subtle.encrypt(parameters(nonce, head), key, payload),
    );
    const [body, tag] = [sealed.subarray(0, -tagBytes), sealed.subarray(-tagBytes)];
    return joined(head, Buffer.concat([nonce, tag, Buffer.alloc(4)]), body);
  }

  async function open(record: Bytes): Promise<Bytes> {
    const head = record.subarray(0, headBytes);
    const check = record.subarray(headBytes, recordHeaderBytes);
    const body = record.subarray(recordHeaderBytes);
    if (key === undefined) {
      if ((await checkOf(head, body)).equals(check)) return body;
      throw new Error('a chunk of it has changed');
    }
    const nonce = check.subarray(0, nonceBytes);
    const tag = check.subarray(nonceBytes, nonceBytes + tagBytes);
    try {
      const sealed = Buffer.concat([body, tag]);
      return Buffer.from(await webcrypto.subtle.decrypt(parameters(nonce, head), key, sealed));
    } catch (cause) {
      throw new Error('a chunk of it has changed', { cause });
    }
  }

  const parameters = (iv: Bytes, head: Bytes) => ({
    name: 'AES-GCM',
    iv,
    additionalData: Buffer.concat([head, about]),
    tagLength: tagBytes * 8,
  });

  return {
    async encode(head, plain) {
      const packed = await pack(plain, level);
      const payload = packed ?? plain;
      const whole: RecordHead = {
        ...head,
        method: packed === undefined ? 'stored' : 'zstd',
        storedBytes: payload.length,
      };
      return seal(encodeHead(whole), payload);
    },

    async decode(head, record) {
      const payload = await open(record);
      const plain = head.method === 'zstd' ? await unpack(payload, head) : payload;
      if (plain.length !== head.plainBytes) throw new Error('a chunk of it has another length');
      return plain;
    },
  };
}

/** The digest of everything that a container holds, chunk by chunk. */
export function contentsDigest(): ContentsDigest {
  const hash = createHash('sha256');
  return {
    add({ file, position, plainBytes }, digest) {
      hash.update(`${file} ${position} ${plainBytes} `);
      hash.update(digest);
    },
    hex: () => hash.copy().digest('hex'),
  };
}

export interface ContentsDigest {
  /** `digest` is the sha256 of the chunk's plain bytes. */
  add(place: Pick<RecordHead, 'file' | 'position' | 'plainBytes'>, digest: Uint8Array): void;
  hex(): string;
}

/** Undefined when the chunk is better stored as it is, or this Node has no zstd. */
async function pack(plain: Bytes, level: number): Promise<Bytes | undefined> {
  if (typeof zstdCompress !== 'function') return undefined;
  const packed = await compress(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  return packed.length < plain.length * worthwhile ? Buffer.from(packed) : undefined;
}

async function unpack(payload: Bytes, { plainBytes }: RecordHead): Promise<Bytes> {
  if (typeof zstdDecompress !== 'function') {
    throw new TorporError('CAPABILITY_MISSING', 'This program was built without zstd.', {
      hint: 'Resume the machine with a Torpor on Node 22.15 or later. The state was kept.',
    });
  }
  return Buffer.from(await decompress(payload, { maxOutputLength: Math.max(1, plainBytes) }));
}

async function checkOf(head: Bytes, payload: Bytes): Promise<Bytes> {
  return sha256(Buffer.concat([head, payload]));
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes));
}

function joined(head: Bytes, check: Bytes, body: Bytes): Bytes {
  return Buffer.concat([head, check, body]);
}
