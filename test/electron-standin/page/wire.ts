/**
 * A value on its way between the two worlds of a page: the page's own, and the preload's isolated
 * one. Functions and promises stay where they are and cross as numbers.
 */
export type Crossing =
  | { readonly is: 'plain'; readonly value: unknown }
  | { readonly is: 'function' | 'promise'; readonly id: number }
  | { readonly is: 'error'; readonly name: string; readonly message: string }
  | { readonly is: 'list'; readonly items: readonly Crossing[] }
  | { readonly is: 'object'; readonly fields: readonly (readonly [string, Crossing])[] };

export type Message =
  | { readonly asks: 'expose'; readonly key: string; readonly value: Crossing }
  | { readonly asks: 'call'; readonly id: number; readonly args: readonly Crossing[] }
  | {
      readonly asks: 'settle';
      readonly id: number;
      readonly onDone: number;
      readonly onFail: number;
    };

export type Reply = { readonly value: Crossing } | { readonly thrown: Crossing };

export interface Wire {
  /** Does what the other world asks. */
  serve(message: Message): Reply;
  /** Asks the other world to put `value` on its global object. */
  expose(key: string, value: unknown): void;
}

export type CreateWire = typeof createWire;

/**
 * One end of the wire. `ask` reaches the other end at once and returns its reply.
 *
 * Sent to the page as source text, so it must stand alone. What crosses is kept until the page goes.
 */
export function createWire(
  ask: (message: Message) => Reply,
  onExpose: (key: string, value: unknown) => void,
): Wire {
  type Callable = (...args: unknown[]) => unknown;
  const kept = new Map<number, Callable>();
  const ids = new Map<Callable, number>();
  let lastId = 0;

  function keep(callable: Callable): number {
    const known = ids.get(callable);
    if (known !== undefined) return known;
    lastId += 1;
    kept.set(lastId, callable);
    ids.set(callable, lastId);
    return lastId;
  }
  function keptAs(id: number): Callable {
    const callable = kept.get(id);
    if (callable === undefined) throw new Error('contextBridge: no such function');
    return callable;
  }
  const isCallable = (value: unknown): value is Callable => typeof value === 'function';
  const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
  const isPlainObject = (value: unknown): value is object =>
    Object.prototype.toString.call(value) === '[object Object]';

  function send(value: unknown, depth = 0): Crossing {
    if (depth > 1000) throw new Error('contextBridge: nested too deep');
    if (isCallable(value)) return { is: 'function', id: keep(value) };
    if (isPromise(value)) return { is: 'promise', id: keep(() => value) };
    if (value instanceof Error) return { is: 'error', name: value.name, message: value.message };
    if (Array.isArray(value))
      return { is: 'list', items: value.map((item) => send(item, depth + 1)) };
    if (isPlainObject(value)) {
      const fields = Object.entries(value).map(([key, item]): [string, Crossing] => [
        key,
        send(item, depth + 1),
      ]);
      return { is: 'object', fields };
    }
    return { is: 'plain', value };
  }
  function receive(crossing: Crossing): unknown {
    switch (crossing.is) {
      case 'plain':
        return crossing.value;
      case 'function':
        return (...args: unknown[]) =>
          open(ask({ asks: 'call', id: crossing.id, args: args.map((arg) => send(arg)) }));
      case 'promise':
        return new Promise((resolve, reject) => {
          open(
            ask({ asks: 'settle', id: crossing.id, onDone: keep(resolve), onFail: keep(reject) }),
          );
        });
      case 'error': {
        const error = new Error(crossing.message);
        error.name = crossing.name;
        return error;
      }
      case 'list':
        return crossing.items.map(receive);
      case 'object':
        return Object.freeze(
          Object.fromEntries(crossing.fields.map(([key, item]) => [key, receive(item)])),
        );
    }
  }
  function open(reply: Reply): unknown {
    if ('thrown' in reply) throw receive(reply.thrown);
    return receive(reply.value);
  }
  function answer(message: Message): unknown {
    switch (message.asks) {
      case 'expose':
        onExpose(message.key, receive(message.value));
        return undefined;
      case 'call':
        return keptAs(message.id)(...message.args.map(receive));
      case 'settle': {
        const tell = (id: number) => (value: unknown) =>
          void ask({ asks: 'call', id, args: [send(value)] });
        Promise.resolve(keptAs(message.id)()).then(tell(message.onDone), tell(message.onFail));
        return undefined;
      }
    }
  }
  return {
    serve(message) {
      try {
        return { value: send(answer(message)) };
      } catch (error) {
        return { thrown: send(error) };
      }
    },
    expose: (key, value) => void open(ask({ asks: 'expose', key, value: send(value) })),
  };
}
