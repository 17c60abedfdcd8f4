/** What a property list holds, and bounds for what anybody may make us read. */

export type PlistDict = ReadonlyMap<string, PlistValue>;
export type PlistValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | readonly PlistValue[]
  | PlistDict;

export interface PlistBounds {
  /** Bytes of the file, before parsing. */
  readonly bytes: number;
  /** Arrays and dictionaries inside each other. */
  readonly depth: number;
  /** Values in the whole list, a shared value of a binary list counted at each place it appears. */
  readonly values: number;
}

/** Bounds for a restore image's manifests: a real one has some 40 000 values in 8 MB of XML. */
export const manifestBounds: PlistBounds = { bytes: 24 << 20, depth: 24, values: 400_000 };

/** Bounds for the small lists a Mac keeps about itself. */
export const hostBounds: PlistBounds = { bytes: 4 << 20, depth: 24, values: 100_000 };

export function isDict(value: PlistValue | undefined): value is PlistDict {
  return value instanceof Map;
}

export function dictAt(value: PlistValue | undefined, key: string): PlistDict | undefined {
  const found = isDict(value) ? value.get(key) : undefined;
  return isDict(found) ? found : undefined;
}

/** The text at `key`; a number as its digits, since Apple writes some versions as integers. */
export function textAt(value: PlistValue | undefined, key: string): string | undefined {
  const found = isDict(value) ? value.get(key) : undefined;
  if (typeof found === 'string') return found.trim();
  return typeof found === 'number' || typeof found === 'bigint' ? String(found) : undefined;
}

/** The whole number at `key`, also when it was written as text; undefined for anything else. */
export function wholeAt(value: PlistValue | undefined, key: string): number | undefined {
  const text = textAt(value, key);
  if (text === undefined || !/^(0x[0-9a-f]{1,12}|\d{1,15})$/i.test(text)) return undefined;
  return Number(text);
}

export function listAt(value: PlistValue | undefined, key: string): readonly PlistValue[] {
  const found = isDict(value) ? value.get(key) : undefined;
  return Array.isArray(found) ? found : [];
}
