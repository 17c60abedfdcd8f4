import type { DevTools, Protocol } from '../chromium/devtools.ts';
import { handlerFor, toAppUrl } from './protocol.ts';

export interface Navigation {
  readonly url: string;
  readonly isMainFrame: boolean;
}

/**
 * Stands between a page and the network: asks `mayNavigate` before a document loads, and answers
 * requests for the app's own schemes from its handler.
 */
export async function interceptRequests(
  page: DevTools,
  mainFrame: string,
  mayNavigate: (navigation: Navigation) => boolean,
): Promise<void> {
  page.on('Fetch.requestPaused', (paused) => {
    const { requestId } = paused;
    const url = toAppUrl(paused.request.url);
    const isDocument = paused.resourceType === 'Document';
    if (isDocument && !mayNavigate({ url, isMainFrame: paused.frameId === mainFrame })) {
      page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' }).catch(pageIsGone);
      return;
    }
    const handler = handlerFor(url);
    if (handler === undefined) {
      page.send('Fetch.continueRequest', { requestId }).catch(pageIsGone);
      return;
    }
    answer(page, paused, toRequest(url, paused.request), handler).catch(pageIsGone);
  });
  await page.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] });
}

function toRequest(url: string, { method, headers, postData }: Protocol.Network.Request): Request {
  return new Request(url, {
    method,
    headers,
    ...(postData === undefined ? {} : { body: postData }),
  });
}

async function answer(
  page: DevTools,
  { requestId }: Protocol.Fetch.requestPausedPayload,
  request: Request,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  try {
    const response = await handler(request);
    await page.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  } catch {
    await page.send('Fetch.failRequest', { requestId, errorReason: 'Failed' });
  }
}

/** A page that closes takes its requests with it. */
function pageIsGone(): void {}
