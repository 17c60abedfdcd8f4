import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';
import { createDeframer, frame } from './framing.ts';

export type { Protocol };

type Commands = Protocol.CommandParameters;
type Results = Protocol.CommandReturnValues;
type EventMap = Protocol.EventMap;
type Payload<E extends keyof EventMap> = EventMap[E][0];

/** One end of the DevTools protocol: a page's session, or the browser's when `session` is undefined. */
export interface DevTools {
  send<M extends keyof Commands>(method: M, params?: Commands[M]): Promise<Results[M]>;
  on<E extends keyof EventMap>(event: E, listener: (params: Payload<E>) => void): void;
  /** The same connection, for the page that `attachToTarget` gave this session of. */
  session(id: string): DevTools;
  onClosed(listener: () => void): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The DevTools protocol over Chromium's own pipe. A pipe rather than a socket, because Chromium ends
 * when its pipe closes: whatever kills the stand-in, no browser is left behind.
 */
export function connectDevTools(toBrowser: Writable, fromBrowser: Readable): DevTools {
  const bus = new EventEmitter().setMaxListeners(0);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let open = true;

  fromBrowser.on(
    'data',
    createDeframer((text) => {
      const message = JSON.parse(text);
      if (message.id === undefined) {
        bus.emit(`${message.sessionId ?? ''} ${message.method}`, message.params);
        return;
      }
      const caller = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) caller?.reject(new Error(message.error.message));
      else caller?.resolve(message.result);
    }),
  );
  const close = () => {
    if (!open) return;
    open = false;
    for (const caller of waiting.values()) caller.reject(new Error('Chromium has ended.'));
    waiting.clear();
    bus.emit('closed');
  };
  fromBrowser.once('close', close);
  toBrowser.on('error', close);

  function call(session: string | undefined, method: string, params: object): Promise<unknown> {
    if (!open) return Promise.reject(new Error('Chromium has ended.'));
    lastId += 1;
    const id = lastId;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    toBrowser.write(frame({ id, method, params, ...(session ? { sessionId: session } : {}) }));
    return answer.promise;
  }
  const endOf = (session: string | undefined): DevTools => ({
    send: <M extends keyof Commands>(method: M, params?: Commands[M]) =>
      call(session, method, params ?? {}) as Promise<Results[M]>,
    on: (event, listener) => void bus.on(`${session ?? ''} ${event}`, listener),
    session: endOf,
    onClosed: (listener) => void bus.once('closed', listener),
  });
  return endOf(undefined);
}
