import { TorporError } from '../../core/errors.ts';
import { openFileSource } from './file-source.ts';
import { type HttpOptions, hostOf } from './http-range.ts';
import { openHttpSource } from './http-source.ts';

/** What was asked of the other side so far; for a file, reads of the disk. */
export interface Counts {
  readonly requests: number;
  readonly bytes: number;
}

/** What a remote image may cost before it is refused; redirects and busy servers come on top. */
export const budget: Counts = { requests: 5, bytes: 1 << 20 };

/** Random access to bytes that do not change while they are read. */
export interface Source {
  /** The path or address as it was given. */
  readonly location: string;
  readonly kind: 'file' | 'url';
  /** Bytes in all. */
  readonly size: number;
  /** What tells this content from a later one at the same place: an ETag or a date, if any. */
  readonly validator: string | undefined;
  counts(): Counts;
  /** From here to its end everything is at hand, without another request; a file's size. */
  readonly atHandFrom: number;
  /** What may still be asked of the other side; undefined for a file, which has no limit. */
  spare(): Counts | undefined;
  /** Gets `start` to `end` in as few requests as it takes; later reads inside are free. */
  prefetch(start: number, end: number): Promise<void>;
  /** Exactly `length` bytes; throws IMAGE_INVALID beyond the end. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

export type SourceOptions = HttpOptions;

export function isUrl(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/**
 * Opens a file or an http(s) address for random access. Throws IMAGE_INVALID or a system error for
 * a file that cannot be read, REMOTE_FAILED for an address that cannot.
 */
export async function openSource(location: string, options: SourceOptions = {}): Promise<Source> {
  if (isUrl(location)) return await openHttpSource(location, options);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new TorporError('BAD_REQUEST', `${location} is not an address Torpor can read from.`, {
      hint: 'Give a path, or an address that begins with http:// or https://.',
    });
  }
  return await openFileSource(location);
}

/** The error of a read that leaves the source. */
export function beyondEnd(location: string): TorporError {
  return new TorporError(
    'IMAGE_INVALID',
    `The image refers to data beyond its own end; it is damaged or incomplete.`,
    { details: { location }, hint: 'Download the image again.' },
  );
}

/** The error of an image that would take more reading than a check is worth. */
export function tooMuchToRead(location: string, why?: string): TorporError {
  return new TorporError(
    'REMOTE_FAILED',
    `The image at ${hostOf(location)} cannot be checked without reading more than ${budget.bytes >> 20} MiB of it in ${budget.requests} requests${why === undefined ? '' : `: ${why}`}.`,
    { hint: 'Download it and check the file, or use an image from Apple’s own servers.' },
  );
}
