import type { AppEvents, AppRequests } from './app.ts';
import type { Problem } from './app-state.ts';
import type { Events, Requests } from './requests.ts';

/**
 * What a page of the app may ask: of the app around it, and all that a client of the agent may,
 * except to subscribe, for a page receives every event while it is open.
 */
export type PageRequests = Omit<Requests, 'events.subscribe'> & AppRequests;
export type PageRequestName = keyof PageRequests;
export type PageParams<N extends PageRequestName> = Parameters<PageRequests[N]>[0];
export type PageResult<N extends PageRequestName> = ReturnType<PageRequests[N]>;

/** What a page is told without asking. */
export type PageEvents = Events & AppEvents;
export type PageEventKind = keyof PageEvents;

/**
 * How a request ended. Failures cross between processes as values: an exception would arrive
 * without its code, its hint and its details.
 */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

/** The one object that a page is given, as `window.torpor`. */
export interface Bridge {
  /** Never rejects. */
  request<N extends PageRequestName>(
    name: N,
    params: PageParams<N>,
  ): Promise<Answer<PageResult<N>>>;
  /** @returns the function that ends it */
  on<K extends PageEventKind>(kind: K, listener: (payload: PageEvents[K]) => void): () => void;
}

/** The two channels between a page and the main process. */
export interface Channels {
  readonly request: 'torpor:request';
  readonly event: 'torpor:event';
}
