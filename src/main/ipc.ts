import type {
  Answer,
  Channels,
  PageEventKind,
  PageEvents,
  PageParams,
  PageRequestName,
  PageResult,
} from '../contract/bridge.ts';
import { type Problem, TorporError, toProblem } from '../core/errors.ts';
import { isPageUrl } from './pages.ts';

/**
 * One function for each request of the contract: the compiler refuses a set with one missing. `page` is
 * who asks, for the few requests that are about its window.
 */
export type PageHandlers<Page> = {
  readonly [N in PageRequestName]: (
    params: PageParams<N>,
    page: Page,
  ) => PageResult<N> | Promise<PageResult<N>>;
};

/** What is looked at of an IPC event to know who sent it; Electron's IpcMainInvokeEvent has it all. */
export interface IpcSource<Page extends { readonly id: number } = { readonly id: number }> {
  readonly sender: Page;
  readonly senderFrame: { readonly url: string; readonly parent: object | null } | null;
}

/** Electron's ipcMain, whose Page is WebContents. */
export interface IpcServer<Page extends { readonly id: number }> {
  handle(channel: string, listener: (event: IpcSource<Page>, ...args: unknown[]) => unknown): void;
}

const channels: Channels = { request: 'torpor:request', event: 'torpor:event' };

/**
 * Answers the pages' requests. A request from anywhere else, of an unknown name, or with parameters
 * that are no object is answered with a problem and reaches no handler; `onRefused` hears of it.
 * Values inside the parameters are checked by the handlers, as for every client of the agent.
 */
export function serveContract<Page extends { readonly id: number }>(
  server: IpcServer<Page>,
  handlers: PageHandlers<Page>,
  isTrusted: (source: IpcSource) => boolean,
  onRefused: (problem: Problem) => void,
): void {
  const refuse = (error: TorporError): Answer<never> => {
    const problem = toProblem(error);
    onRefused(problem);
    return { ok: false, problem };
  };
  server.handle(channels.request, async (source, name, params): Promise<Answer<unknown>> => {
    if (!isTrusted(source)) return refuse(notOurs(source));
    if (!isRequestName(handlers, name)) return refuse(unknownName(name));
    if (!isObject(params)) return refuse(badParams(name));
    return answer(handlers, name, params, source.sender);
  });
}

/** Tells every page; pages that are gone are passed over. */
export function tellPages<K extends PageEventKind>(
  pages: Iterable<{ isDestroyed(): boolean; send(channel: string, ...args: unknown[]): void }>,
  kind: K,
  payload: PageEvents[K],
): void {
  for (const page of pages) {
    if (!page.isDestroyed()) page.send(channels.event, kind, payload);
  }
}

/**
 * The one place where a sender is judged: a page of ours, in the main frame of a window of ours. A
 * frame that navigated away in the meantime has none of this.
 */
export function isOwnPage(
  source: IpcSource,
  isOwnWindow: (contentsId: number) => boolean,
): boolean {
  const { sender, senderFrame } = source;
  return (
    senderFrame !== null &&
    senderFrame.parent === null &&
    isPageUrl(senderFrame.url) &&
    isOwnWindow(sender.id)
  );
}

async function answer<Page, N extends PageRequestName>(
  handlers: PageHandlers<Page>,
  name: N,
  params: object,
  page: Page,
): Promise<Answer<PageResult<N>>> {
  try {
    // The handler checks what is inside: a page may send anything, as may any client.
    return { ok: true, value: await handlers[name](params as PageParams<N>, page) };
  } catch (error) {
    return { ok: false, problem: toProblem(error) };
  }
}

function isRequestName(handlers: object, name: unknown): name is PageRequestName {
  return typeof name === 'string' && Object.hasOwn(handlers, name);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notOurs({ senderFrame }: IpcSource): TorporError {
  return new TorporError(
    'PERMISSION_DENIED',
    'A request came from a page that is not of this app.',
    {
      details: { url: senderFrame?.url ?? null },
    },
  );
}

function unknownName(name: unknown): TorporError {
  return new TorporError('UNKNOWN_METHOD', `There is no request named ${JSON.stringify(name)}.`);
}

function badParams(name: string): TorporError {
  return new TorporError('BAD_REQUEST', `The parameters of ${name} are not an object.`);
}
