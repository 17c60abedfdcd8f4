import { TorporError } from '../../core/errors.ts';
import {
  connectionFailed,
  type HttpOptions,
  hostOf,
  type RangeAnswer,
  requestRange,
  WholeFileAnswer,
} from './http-range.ts';
import { beyondEnd, budget, type Source, tooMuchToRead } from './source.ts';

/** Holds the end records of any zip, and the whole directory of most restore images. */
const tailBytes = 128 << 10;

/** A single entry's header and what usually follows it. */
const readAhead = 64 << 10;

/** With redirects, and with a busy server that is asked again. */
const mostRequests = 16;

interface Window {
  readonly start: number;
  readonly bytes: Buffer;
}

/**
 * Opens a remote image: one request gets its length and its end. Every later request carries the
 * first answer's validator, and every answer's length and validator are compared with the first, so
 * that a file that changes in between is noticed (REMOTE_CHANGED) and never read as a mixture.
 *
 * Throws REMOTE_FAILED when the server does not send parts, sends other parts than were asked for,
 * or cannot be reached; the options say how long to wait.
 */
export async function openHttpSource(location: string, options: HttpOptions): Promise<Source> {
  let requests = 0;
  let parts = 0;
  let bytes = 0;
  const onRequest = (): void => {
    requests += 1;
    if (requests > mostRequests) throw tooMuchToRead(location);
  };
  const onPart = (): void => {
    parts += 1;
    if (parts > budget.requests) throw tooMuchToRead(location);
  };
  const take = async (answer: RangeAnswer): Promise<Buffer> => {
    const length = answer.end - answer.start;
    if (bytes + length > budget.bytes) {
      await answer.response.body?.cancel();
      throw tooMuchToRead(location);
    }
    const body = await bodyOf(answer, length, options);
    bytes += body.length;
    return body;
  };

  const first = await firstAnswer(location, options, { onRequest, onPart });
  if (first.end !== first.total || first.end - first.start > tailBytes) throw wrongPart(location);
  const windows: Window[] = [{ start: first.start, bytes: await take(first) }];
  const validator = strongValidator(first);

  const fill = async (start: number, end: number): Promise<void> => {
    if (bytes + end - start > budget.bytes) throw tooMuchToRead(location);
    onPart();
    const request = {
      url: first.url,
      range: `bytes=${start}-${end - 1}`,
      ifRange: validator,
      onRequest,
    };
    const answer = await requestRange(request, options).catch((error: unknown) => {
      throw error instanceof WholeFileAnswer ? noLongerThere(location, error) : error;
    });
    if (changedSince(first, answer)) {
      await answer.response.body?.cancel();
      throw changed(location);
    }
    if (answer.start !== start || answer.end !== end) {
      await answer.response.body?.cancel();
      throw wrongPart(location);
    }
    windows.push({ start, bytes: await take(answer) });
  };

  const covered = (start: number, end: number): Window | undefined =>
    windows.find((each) => start >= each.start && end <= each.start + each.bytes.length);

  return {
    location,
    kind: 'url',
    size: first.total,
    validator: first.etag ?? first.lastModified,
    counts: () => ({ requests, bytes }),
    atHandFrom: first.start,
    spare: () => ({ requests: budget.requests - parts, bytes: budget.bytes - bytes }),
    prefetch: async (start, end) => {
      const until = Math.min(end, first.total);
      if (start >= until || covered(start, until) !== undefined) return;
      await fill(start, until);
    },
    read: async (position, length) => {
      const end = position + length;
      if (position < 0 || end > first.total) throw beyondEnd(location);
      if (covered(position, end) === undefined) {
        await fill(position, Math.min(first.total, Math.max(end, position + readAhead)));
      }
      const window = covered(position, end);
      if (window === undefined) throw beyondEnd(location);
      return window.bytes.subarray(position - window.start, end - window.start);
    },
    close: async () => {},
  };
}

/** The end of the file; of a server that does not know “the last bytes”, by way of its length. */
async function firstAnswer(
  location: string,
  options: HttpOptions,
  { onRequest, onPart }: { readonly onRequest: () => void; readonly onPart: () => void },
): Promise<RangeAnswer> {
  const ask = async (url: string, range: string): Promise<RangeAnswer | WholeFileAnswer> => {
    onPart();
    try {
      return await requestRange({ url, range, onRequest }, options);
    } catch (error) {
      if (error instanceof WholeFileAnswer) return error;
      throw error;
    }
  };
  const lengthByProbe = async (): Promise<number> => {
    const probe = await ask(location, 'bytes=0-0');
    if (probe instanceof WholeFileAnswer) throw onlyWhole(location, probe);
    await probe.response.body?.cancel();
    return probe.total;
  };
  const tail = await ask(location, `bytes=-${tailBytes}`);
  if (!(tail instanceof WholeFileAnswer)) return tail;
  // A whole file says how long it is; nothing of it was read.
  const total = tail.length ?? (await lengthByProbe());
  const explicit = await ask(tail.url, `bytes=${Math.max(0, total - tailBytes)}-${total - 1}`);
  if (explicit instanceof WholeFileAnswer) throw onlyWhole(location, explicit);
  return explicit;
}

function onlyWhole(location: string, cause: WholeFileAnswer): TorporError {
  return new TorporError(
    'REMOTE_FAILED',
    `${hostOf(location)} sends only whole files, so this image cannot be checked before it is downloaded.`,
    { hint: 'Download the image and check the file, or use Apple’s own address of it.', cause },
  );
}

/** Reads a body that must be exactly `length` bytes; stops at the first byte too many. */
async function bodyOf(answer: RangeAnswer, length: number, options: HttpOptions): Promise<Buffer> {
  const target = Buffer.alloc(length);
  let filled = 0;
  try {
    for await (const chunk of answer.response.body ?? []) {
      if (filled + chunk.byteLength > length) throw wrongPart(answer.url);
      target.set(chunk, filled);
      filled += chunk.byteLength;
    }
  } catch (error) {
    throw error instanceof TorporError ? error : connectionFailed(answer.url, error, options);
  }
  if (filled < length) {
    throw new TorporError(
      'REMOTE_FAILED',
      `${hostOf(answer.url)} promised ${length} bytes and sent ${filled}.`,
      { hint: 'Try again; if it happens every time, download the image whole and check the file.' },
    );
  }
  return target;
}

/** If-Range takes no weak ETags (RFC 9110, 13.1.5); those are only compared. */
function strongValidator(answer: RangeAnswer): string | undefined {
  if (answer.etag !== undefined && !answer.etag.startsWith('W/')) return answer.etag;
  return answer.etag === undefined ? answer.lastModified : undefined;
}

function changedSince(first: RangeAnswer, now: RangeAnswer): boolean {
  return (
    now.total !== first.total || now.etag !== first.etag || now.lastModified !== first.lastModified
  );
}

function noLongerThere(location: string, error: WholeFileAnswer): TorporError {
  return error.status === 200 || error.status === 416 ? changed(location) : wrongPart(location);
}

function changed(location: string): TorporError {
  return new TorporError(
    'REMOTE_CHANGED',
    `The image at ${hostOf(location)} changed while it was being read.`,
    { hint: 'Check again: the next reading starts from the beginning.' },
  );
}

function wrongPart(location: string): TorporError {
  return new TorporError(
    'REMOTE_FAILED',
    `${hostOf(location)} sent another part of the image than Torpor asked for.`,
    { hint: 'A proxy may be in the way. Download the image whole and check the file instead.' },
  );
}
