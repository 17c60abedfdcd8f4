import { TorporError } from '../../core/errors.ts';
import { connectionFailed, hostOf } from '../image/http-range.ts';
import type { Journal } from './part-file.ts';

/** What an answer means for the bytes that are there already. */
export type Answer =
  | { readonly kind: 'continues'; readonly body: Body; readonly found: Found }
  | {
      readonly kind: 'starts-over';
      readonly reason: string;
      readonly body: Body;
      readonly found: Found;
    }
  | { readonly kind: 'complete' }
  | { readonly kind: 'lost'; readonly reason: string };

export type Body = AsyncIterable<Uint8Array>;

export interface Found {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly total: number | undefined;
}

/** A failure that may pass by itself: worth another attempt. */
export class Passing extends Error {
  readonly error: TorporError;
  constructor(error: TorporError) {
    super(error.message, { cause: error });
    this.error = error;
  }
}

/**
 * Asks for the rest of a file from `journal.done` on, provided that it is still the same file; a
 * server that has another one, or knows no ranges, sends the whole and the download starts over.
 * Throws REMOTE_FAILED, or Passing around it when another attempt may help.
 */
export async function askForRest(journal: Journal, signal: AbortSignal): Promise<Answer> {
  const { url, done } = journal;
  const validator = ifRange(journal);
  let response: Response;
  try {
    response = await fetch(url, {
      signal,
      headers: {
        'accept-encoding': 'identity',
        ...(done === 0 ? {} : { range: `bytes=${done}-` }),
        ...(done === 0 || validator === undefined ? {} : { 'if-range': validator }),
      },
    });
  } catch (error) {
    throw new Passing(connectionFailed(url, error, {}));
  }
  if (url.startsWith('https:') && !response.url.startsWith('https:')) {
    await response.body?.cancel();
    throw new TorporError(
      'REMOTE_FAILED',
      `${hostOf(url)} redirects to an address that is not secure.`,
    );
  }
  const { headers, status } = response;
  const found = {
    etag: headers.get('etag') ?? undefined,
    lastModified: headers.get('last-modified') ?? undefined,
  };
  if (status === 206) return continued(journal, response, found);
  if (status === 200) {
    const total = wholeNumber(headers.get('content-length'));
    const body = bodyOf(response);
    return done === 0
      ? { kind: 'continues', body, found: { ...found, total } }
      : { kind: 'starts-over', reason: whyWhole(journal, found), body, found: { ...found, total } };
  }
  await response.body?.cancel();
  if (status === 416) {
    const total = wholeNumber(
      /^bytes \*\/(\d{1,15})$/.exec(headers.get('content-range') ?? '')?.[1],
    );
    return total === done && total === journal.total
      ? { kind: 'complete' }
      : { kind: 'lost', reason: 'the file on the server is shorter than what is here already' };
  }
  const error = new TorporError('REMOTE_FAILED', `${hostOf(url)} answered with HTTP ${status}.`, {
    hint:
      status === 401 || status === 403
        ? 'Files of the developer portal need a signed-in browser: download it there. An address may also have expired.'
        : 'What was downloaded is kept. Check the address and try again later.',
    details: { status },
  });
  throw status === 429 || status >= 500 ? new Passing(error) : error;
}

async function continued(
  journal: Journal,
  response: Response,
  found: Omit<Found, 'total'>,
): Promise<Answer> {
  const header = response.headers.get('content-range') ?? '';
  const parts = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header);
  const start = wholeNumber(parts?.[1]);
  const total = wholeNumber(parts?.[3]);
  const other =
    (journal.total !== undefined && total !== journal.total) ||
    (journal.etag !== undefined && found.etag !== journal.etag);
  if (other) {
    await response.body?.cancel();
    return { kind: 'lost', reason: 'the file on the server changed' };
  }
  if (start !== journal.done) {
    await response.body?.cancel();
    throw new TorporError(
      'REMOTE_FAILED',
      `${hostOf(journal.url)} sent another part of the file than Torpor asked for.`,
      { hint: 'A proxy may be in the way. What was downloaded is kept.' },
    );
  }
  return { kind: 'continues', body: bodyOf(response), found: { ...found, total } };
}

function whyWhole(journal: Journal, found: Omit<Found, 'total'>): string {
  const same = journal.etag !== undefined && journal.etag === found.etag;
  return same ? 'the server cannot continue a download' : 'the file on the server changed';
}

/** A strong validator only; If-Range takes no weak ETags. */
export function ifRange(journal: Journal): string | undefined {
  if (journal.etag !== undefined) return journal.etag.startsWith('W/') ? undefined : journal.etag;
  return journal.lastModified;
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  yield* response.body ?? [];
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
