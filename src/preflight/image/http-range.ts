import { setTimeout as sleep } from 'node:timers/promises';
import { TorporError } from '../../core/errors.ts';

export interface HttpOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long one request may take in all, in milliseconds. */
  readonly timeoutMs?: number;
  /** Waits between attempts; replaced in tests. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** What one answer says about the remote file. */
export interface RangeAnswer {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly response: Response;
}

export interface RangeRequest {
  readonly url: string;
  /** `bytes=...` */
  readonly range: string;
  /** A strong ETag or date: a server that has something else now sends 200 instead of 206. */
  readonly ifRange?: string | undefined;
  readonly onRequest: () => void;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const busy = new Set([429, 502, 503, 504]);
const maxRedirects = 5;
const maxAttempts = 3;
const longestWait = 5_000;

/** The server has no such ranges any more, or answers with the whole file: it changed, or it never had ranges. */
export class WholeFileAnswer extends Error {
  readonly status: number;
  readonly url: string;
  /** Of the whole file, where a 200 says so. */
  readonly length: number | undefined;
  constructor(status: number, url: string, length: number | undefined) {
    super(`HTTP status ${status} instead of a part`);
    this.status = status;
    this.url = url;
    this.length = length;
  }
}

/**
 * Asks for a part of a remote file and checks that the answer is that kind of part; the body is not
 * read yet. Follows at most 5 redirects, never from https to http; asks again, at most twice, when
 * the server is busy or the connection fails, and waits as long as the server says, at most 5 s.
 *
 * Throws REMOTE_FAILED with what a person can do, CANCELLED when the signal says so, and
 * WholeFileAnswer for 200 and 416, which the caller can explain best.
 */
export async function requestRange(
  request: RangeRequest,
  options: HttpOptions,
): Promise<RangeAnswer> {
  const wait = options.wait ?? ((milliseconds) => sleep(milliseconds));
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(request, options);
    if (!('retryAfter' in outcome)) return outcome;
    if (attempt === maxAttempts) throw outcome.error;
    const planned = outcome.retryAfter ?? 250 * 2 ** attempt;
    if (planned > longestWait) throw outcome.error;
    await wait(planned);
    options.signal?.throwIfAborted();
  }
}

interface TryAgain {
  readonly retryAfter: number | undefined;
  readonly error: TorporError;
}

async function attemptOnce(
  request: RangeRequest,
  options: HttpOptions,
): Promise<RangeAnswer | TryAgain> {
  let url = request.url;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    request.onRequest();
    let response: Response;
    try {
      response = await fetch(url, {
        redirect: 'manual',
        headers: {
          range: request.range,
          'accept-encoding': 'identity',
          ...(request.ifRange === undefined ? {} : { 'if-range': request.ifRange }),
        },
        signal: limitOf(options),
      });
    } catch (cause) {
      const error = connectionFailed(url, cause, options);
      if (error.code === 'CANCELLED') throw error;
      return { retryAfter: undefined, error };
    }
    const location = redirects.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return await judge(url, response);
    await response.body?.cancel();
    url = nextUrl(url, location);
  }
  throw new TorporError(
    'REMOTE_FAILED',
    `${hostOf(request.url)} redirects more than ${maxRedirects} times, so the image was not reached.`,
    { hint: 'Check the address, for instance by opening it in a browser.' },
  );
}

/** The signal of one request: the caller's, and the time one request may take. */
export function limitOf(options: HttpOptions): AbortSignal {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  return options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
}

function nextUrl(from: string, location: string): string {
  if (!URL.canParse(location, from)) {
    throw new TorporError(
      'REMOTE_FAILED',
      `${hostOf(from)} redirects to a place that is no address.`,
    );
  }
  const next = new URL(location, from);
  const downgrade = from.startsWith('https:') && next.protocol !== 'https:';
  if (downgrade || !/^https?:$/.test(next.protocol)) {
    throw new TorporError(
      'REMOTE_FAILED',
      `${hostOf(from)} redirects to ${next.protocol}//${next.host}, which is not secure. Torpor does not follow.`,
    );
  }
  return next.href;
}

async function judge(url: string, response: Response): Promise<RangeAnswer | TryAgain> {
  if (response.status === 206) return partOf(url, response);
  await response.body?.cancel();
  if (response.status === 200 || response.status === 416) {
    const length = response.status === 200 ? response.headers.get('content-length') : null;
    const known = length !== null && /^[1-9]\d{0,14}$/.test(length) ? Number(length) : undefined;
    throw new WholeFileAnswer(response.status, url, known);
  }
  const error = refused(url, response.status);
  if (busy.has(response.status)) return { retryAfter: retryAfter(response), error };
  throw error;
}

function partOf(url: string, response: Response): RangeAnswer {
  const header = response.headers.get('content-range') ?? '';
  const parts = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header);
  const encoding = response.headers.get('content-encoding');
  const [start, last, total] = (parts?.slice(1) ?? []).map(Number);
  const usable = start !== undefined && last !== undefined && total !== undefined;
  if (!usable || start > last || last >= total || (encoding !== null && encoding !== 'identity')) {
    void response.body?.cancel();
    throw new TorporError(
      'REMOTE_FAILED',
      `${hostOf(url)} does not say which part of how long a file it sends (Content-Range: ${header.slice(0, 60) || 'missing'}).`,
      { hint: 'Download the image whole and check the file instead.' },
    );
  }
  return {
    start,
    end: last + 1,
    total,
    etag: response.headers.get('etag') ?? undefined,
    lastModified: response.headers.get('last-modified') ?? undefined,
    url,
    response,
  };
}

function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function refused(url: string, status: number): TorporError {
  const host = hostOf(url);
  const [message, hint] =
    status === 401 || status === 403
      ? [
          `${host} does not let Torpor read this image (HTTP ${status}).`,
          'Images of the developer portal need a signed-in browser: download it there and check the file. An address may also have expired.',
        ]
      : status === 404 || status === 410
        ? [
            `${host} has no image at this address (HTTP ${status}).`,
            'Check the address; images are sometimes withdrawn.',
          ]
        : busy.has(status)
          ? [`${host} is too busy to answer (HTTP ${status}).`, 'Try again in a few minutes.']
          : [
              `${host} answered with HTTP ${status}.`,
              'Try again later, or download the image whole and check the file.',
            ];
  return new TorporError('REMOTE_FAILED', message, { hint, details: { status } });
}

/** A failed connection as REMOTE_FAILED, or CANCELLED when it was the caller who ended it. */
export function connectionFailed(url: string, cause: unknown, options: HttpOptions): TorporError {
  if (options.signal?.aborted === true) {
    return new TorporError('CANCELLED', 'Reading the remote image was cancelled.', { cause });
  }
  const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
  const code = cause instanceof Error ? innerCode(cause) : undefined;
  const how = timedOut
    ? 'did not answer in time'
    : `could not be reached${code === undefined ? '' : ` (${code})`}`;
  return new TorporError('REMOTE_FAILED', `${hostOf(url)} ${how}.`, {
    cause,
    hint: 'Check the network connection, a VPN or a proxy, and try again.',
  });
}

function innerCode(error: Error): string | undefined {
  const inner = error.cause;
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string'
    ? inner.code
    : undefined;
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
