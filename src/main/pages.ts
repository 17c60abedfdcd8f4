/**
 * The app's pages come from a scheme of their own, `torpor://app/panel.html`: an origin that can read
 * no file of the host (a `file:` page can), that carries its policy in a header, and by which the
 * sender of a request is known.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../core/errors.ts';

export const pageScheme = {
  scheme: 'torpor',
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
} as const;

const host = 'app';
const origin = `${pageScheme.scheme}://${host}`;

/** A page by the name of its html file in src/panel; `query` tells it what to show. */
export function pageUrl(name: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `${origin}/${name}.html${search === '' ? '' : `?${search}`}`;
}

export function isPageUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null &&
    parsed.protocol === `${pageScheme.scheme}:` &&
    parsed.host === host &&
    parsed.username === '' &&
    parsed.pathname.endsWith('.html')
  );
}

/** Nothing from elsewhere, nothing inline. Screenshots of machines are data, drawn as images. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
]);

/** As Vite names what it builds: nothing that would have to be decoded, nothing that climbs. */
const builtPath = /^(\/[\w-][\w.-]*)+$/;

/** Serves the built pages of `folder`: only these, only to read. For `protocol.handle`. */
export async function servePage(folder: string, request: { url: string }): Promise<Response> {
  const { host: requested, pathname } = new URL(request.url);
  const contentType = contentTypes.get(path.extname(pathname));
  if (requested !== host || !builtPath.test(pathname) || contentType === undefined) {
    return notFound();
  }
  try {
    return respond(200, contentType, await readFile(path.join(folder, pathname)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EISDIR') return notFound();
    throw error;
  }
}

function notFound(): Response {
  return respond(404, 'text/plain', Buffer.from('Not found'));
}

/** Even what is not found is a document, and obeys the policy. */
function respond(status: number, contentType: string, body: Buffer): Response {
  return new Response(new Uint8Array(body), {
    status,
    headers: {
      'content-type': contentType,
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    },
  });
}
