export interface Codec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/**
 * Values that structured clone carries, as text and back. Electron's IPC clones; this makes a Date
 * arrive as a Date and a function be refused, with Electron's words.
 *
 * The function is also sent to the page as source text, so it must stand alone.
 */
export function createCodec(): Codec {
  type Packed = string | boolean | number | null | readonly Packed[] | Tagged;
  interface Tagged {
    readonly $: string;
    readonly v?: Packed;
    readonly of?: string;
    readonly stack?: string;
  }
  const views = {
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  };
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  const toBase64 = (bytes: Uint8Array) => {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const fromBase64 = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const own = <T extends object>(table: T, key: string): key is string & keyof T =>
    Object.hasOwn(table, key);

  function pack(value: unknown): Packed {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Object.is(value, -0)) return { $: 'number', v: '-0' };
        return Number.isFinite(value) ? value : { $: 'number', v: String(value) };
      case 'undefined':
        return { $: 'undefined' };
      case 'bigint':
        return { $: 'bigint', v: String(value) };
      default:
        return value === null ? null : packObject(Object(value));
    }
  }
  function packObject(value: object): Packed {
    if (Array.isArray(value)) return value.map(pack);
    if (value instanceof Date) return { $: 'date', v: value.getTime() };
    if (value instanceof RegExp) return { $: 'regexp', v: value.source, of: value.flags };
    if (value instanceof Map)
      return { $: 'map', v: [...value].map(([k, v]) => [pack(k), pack(v)]) };
    if (value instanceof Set) return { $: 'set', v: [...value].map(pack) };
    if (value instanceof ArrayBuffer) return { $: 'buffer', v: toBase64(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      const name = Object.prototype.toString.call(value).slice(8, -1);
      return { $: 'view', of: name, v: toBase64(bytes) };
    }
    if (value instanceof Error)
      return { $: 'error', of: value.name, v: value.message, stack: value.stack ?? '' };
    return { $: 'object', v: Object.entries(value).map(([k, v]) => [k, pack(v)]) };
  }
  function unpack(value: Packed): unknown {
    if (value === null || typeof value !== 'object') return value;
    if (isList(value)) return value.map(unpack);
    return unpackTagged(value);
  }
  const isList = (value: Packed | undefined): value is readonly Packed[] => Array.isArray(value);
  const list = (value: Packed | undefined) => (isList(value) ? value : []);
  const pairs = (value: Packed | undefined) =>
    list(value).map((pair): [unknown, unknown] => {
      const [key = null, item = null] = list(pair);
      return [unpack(key), unpack(item)];
    });
  function unpackTagged({ $, v, of = '', stack }: Tagged): unknown {
    const text = String(v ?? '');
    switch ($) {
      case 'undefined':
        return undefined;
      case 'number':
        return Number(text);
      case 'bigint':
        return BigInt(text);
      case 'date':
        return new Date(Number(v));
      case 'regexp':
        return new RegExp(text, of);
      case 'map':
        return new Map(pairs(v));
      case 'set':
        return new Set(list(v).map(unpack));
      case 'buffer':
        return fromBase64(text).buffer;
      case 'view':
        return own(views, of) ? new views[of](fromBase64(text).buffer) : fromBase64(text);
      case 'error': {
        const error = new (own(errors, of) ? errors[of] : Error)(text);
        if (stack !== undefined) error.stack = stack;
        return error;
      }
      default:
        return Object.fromEntries(pairs(v));
    }
  }
  return {
    encode(value) {
      let cloned: unknown;
      try {
        cloned = structuredClone(value);
      } catch {
        throw new Error('An object could not be cloned.');
      }
      return JSON.stringify(pack(cloned));
    },
    decode: (text) => unpack(JSON.parse(text)),
  };
}
