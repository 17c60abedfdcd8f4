import { toTorporError } from '../../core/errors.ts';
import { type Fact, unknown } from '../fact.ts';
import { parsePlist } from '../image/plist.ts';
import { hostBounds, type PlistValue } from '../image/plist-value.ts';
import type { HostAccess } from './access.ts';

/** A property list of the host; undefined when there is none; throws when it cannot be read. */
export async function readPlist(access: HostAccess, path: string): Promise<PlistValue | undefined> {
  const bytes = await access.readFile(path, hostBounds.bytes);
  return bytes === undefined ? undefined : await parsePlist([bytes], hostBounds);
}

/** Turns whatever goes wrong while a fact is read into an unknown fact with the reason. */
export async function orUnknown<T>(source: string, read: () => Promise<Fact<T>>): Promise<Fact<T>> {
  try {
    return await read();
  } catch (error) {
    return unknown(toTorporError(error).message.replace(/\.$/, ''), source);
  }
}
