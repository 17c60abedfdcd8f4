import type { Codec } from './codec.ts';
import type { CreateWire, Message, Reply } from './wire.ts';

/** The little of a page that the two worlds need; this folder is checked without a browser's types. */
interface PageEvents {
  addEventListener(type: string, listener: (event: { readonly detail: unknown }) => void): void;
  removeEventListener(type: string, listener: (event: { readonly detail: unknown }) => void): void;
  dispatchEvent(event: object): boolean;
  readonly CustomEvent: new (type: string, init: { readonly detail: unknown }) => object;
}

/** Names of the events by which the worlds of one page reach each other; a page cannot guess them. */
export interface Channel {
  readonly toPage: string;
  readonly fromPage: string;
  readonly visibility: string;
}

export interface ProcessFacts {
  readonly platform: string;
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly argv: readonly string[];
}

/** From the page to the stand-in, encoded arguments in `args`. */
export type FromPage =
  | { readonly kind: 'send'; readonly channel: string; readonly args: string }
  | {
      readonly kind: 'invoke';
      readonly id: number;
      readonly channel: string;
      readonly args: string;
    };

/** From the stand-in to the page. */
export type ToPage =
  | { readonly kind: 'push'; readonly channel: string; readonly args: string }
  | { readonly kind: 'reply'; readonly id: number; readonly value: string }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/**
 * Joins the ends of a wire by DOM events, which are synchronous and cross worlds: a question's answer
 * is there when dispatchEvent returns. Standalone, as are all functions of this file.
 */
export function joinWorlds(
  createWire: CreateWire,
  asking: string,
  asked: string,
  onExpose: (key: string, value: unknown) => void,
): ReturnType<CreateWire> {
  const page = globalThis as object as PageEvents;
  const ask = (message: Message): Reply => {
    let reply: unknown;
    const listen = (event: { readonly detail: unknown }) => {
      reply = event.detail;
    };
    page.addEventListener(`${asking}.reply`, listen);
    page.dispatchEvent(new page.CustomEvent(asking, { detail: message }));
    page.removeEventListener(`${asking}.reply`, listen);
    return reply as Reply;
  };
  const wire = createWire(ask, onExpose);
  page.addEventListener(asked, (event) => {
    const reply = wire.serve(event.detail as Message);
    page.dispatchEvent(new page.CustomEvent(`${asked}.reply`, { detail: reply }));
  });
  return wire;
}

/** The page's own world: receives what the preload exposes; believes what it is told about being seen. */
export function pageWorld(
  createWire: CreateWire,
  join: typeof joinWorlds,
  channel: Channel,
  seenAtFirst: boolean,
): void {
  const page = globalThis as object as PageEvents & {
    readonly document: object & Pick<PageEvents, 'dispatchEvent'>;
    readonly Event: new (type: string) => object;
  };
  join(createWire, channel.fromPage, channel.toPage, (key, value) => {
    if (key in globalThis) {
      throw new Error('Cannot bind an API on top of an existing property on the window object');
    }
    Object.defineProperty(globalThis, key, { value, enumerable: true });
  });

  let seen = seenAtFirst;
  Object.defineProperties(page.document, {
    hidden: { get: () => !seen, configurable: true },
    visibilityState: { get: () => (seen ? 'visible' : 'hidden'), configurable: true },
  });
  page.addEventListener(channel.visibility, (event) => {
    if (event.detail === seen) return;
    seen = event.detail === true;
    page.document.dispatchEvent(new page.Event('visibilitychange'));
  });
}

/** The preload's world: what `require('electron')` and `process` are in a sandboxed preload. */
export function preloadWorld(
  createWire: CreateWire,
  join: typeof joinWorlds,
  codec: Codec,
  channel: Channel,
  facts: ProcessFacts,
): { require: (name: string) => object; process: object } {
  type Listener = (event: object, ...args: unknown[]) => void;
  const world = globalThis as object as {
    electronStandinSend: (text: string) => void;
    electronStandinReceive: (message: ToPage) => void;
  };
  const wire = join(createWire, channel.toPage, channel.fromPage, () => {
    throw new Error('only the preload exposes');
  });
  const listeners = new Map<string, { readonly given: Listener; readonly call: Listener }[]>();
  const calls = new Map<number, { resolve: (v: unknown) => void; reject: (e: Error) => void }>();
  let lastId = 0;

  const post = (message: FromPage) => world.electronStandinSend(JSON.stringify(message));
  const of = (name: string) => {
    const known = listeners.get(name) ?? [];
    listeners.set(name, known);
    return known;
  };
  const remove = (name: string, given: Listener) => {
    const index = of(name).findIndex((entry) => entry.given === given);
    if (index >= 0) of(name).splice(index, 1);
    return ipcRenderer;
  };
  const add = (name: string, given: Listener) => {
    of(name).push({ given, call: given });
    return ipcRenderer;
  };
  const ipcRenderer = {
    on: add,
    addListener: add,
    once(name: string, given: Listener) {
      const call: Listener = (event, ...args) => {
        remove(name, given);
        given(event, ...args);
      };
      of(name).push({ given, call });
      return ipcRenderer;
    },
    off: remove,
    removeListener: remove,
    removeAllListeners(name?: string) {
      if (name === undefined) listeners.clear();
      else listeners.delete(name);
      return ipcRenderer;
    },
    send: (name: string, ...args: unknown[]) =>
      post({ kind: 'send', channel: name, args: codec.encode(args) }),
    invoke(name: string, ...args: unknown[]) {
      const encoded = codec.encode(args);
      return new Promise<unknown>((resolve, reject) => {
        lastId += 1;
        calls.set(lastId, { resolve, reject });
        post({ kind: 'invoke', id: lastId, channel: name, args: encoded });
      });
    },
  };
  world.electronStandinReceive = (message) => {
    if (message.kind === 'push') {
      const args = codec.decode(message.args);
      for (const { call } of [...of(message.channel)]) {
        call({ sender: ipcRenderer, ports: [] }, ...(Array.isArray(args) ? args : []));
      }
      return;
    }
    const call = calls.get(message.id);
    calls.delete(message.id);
    if (message.kind === 'reply') call?.resolve(codec.decode(message.value));
    else call?.reject(new Error(message.message));
  };
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: wire.expose },
    webFrame: { getZoomFactor: () => 1, setZoomFactor: () => {} },
    webUtils: { getPathForFile: () => '' },
  };
  return {
    require(name) {
      if (name === 'electron' || name === 'electron/renderer') return electron;
      throw new Error(`module not found: ${name}`);
    },
    process: { ...facts, type: 'renderer', sandboxed: true, contextIsolated: true },
  };
}
