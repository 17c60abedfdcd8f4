import type { Socket } from 'node:net';
import type { RpcFailure, RpcId, RpcSuccess } from '../../contract/json-rpc.ts';
import type { Events, RequestName } from '../../contract/requests.ts';
import { errnoOf } from '../../core/errors.ts';
import type { HandledName, RequestHandlers } from '../handlers.ts';
import type { Log } from '../log.ts';
import { linesOf } from './lines.ts';
import { createOutbox } from './outbox.ts';
import { parseParams } from './params.ts';
import { failure, type Incoming, readLine } from './rpc.ts';
import { createSlots } from './slots.ts';

/** Requests of one client that are worked on or whose answers it has not taken yet. */
const maxOpenRequests = 32;

export interface Connection {
  /** Sends an event, if the client subscribed to its kind. `line` is the whole message. */
  tell(kind: keyof Events, line: string): void;
  /** Resolves when every request was answered. */
  answered(): Promise<void>;
}

/**
 * Serves one client until it leaves. Whatever it sends harms nobody else: it is read no faster than
 * it takes its answers, and a line above the bound ends its connection.
 */
export function serveConnection(socket: Socket, handle: RequestHandlers, log: Log): Connection {
  const outbox = createOutbox(socket);
  const slots = createSlots(maxOpenRequests);
  const kinds = new Set<keyof Events>();
  // A client that goes away in the middle is gone, which `close` tells as well.
  socket.on('error', (error) => log.debug({ error }, 'a client went away'));

  function send(id: RpcId | undefined, message: RpcSuccess | RpcFailure | undefined): void {
    if (id === undefined || message === undefined) slots.release();
    else outbox.reply(encode(id, message), slots.release);
  }

  async function answer(incoming: Incoming): Promise<void> {
    if (incoming.kind === 'refused') return send(null, incoming.answer);
    const { id, method, params } = incoming;
    try {
      const result = await call(method, params);
      send(id, { jsonrpc: '2.0', id: id ?? null, result });
    } catch (error) {
      send(id, failure(id ?? null, error));
    }
  }

  async function call(method: RequestName, params: unknown) {
    if (method !== 'events.subscribe') return perform(handle, method, params);
    for (const kind of parseParams(method, params).kinds) kinds.add(kind);
    return {};
  }

  async function read(): Promise<void> {
    const chunks = socket.iterator({ destroyOnReturn: false });
    for await (const line of linesOf(chunks)) {
      await slots.take();
      // Not awaited: a request that takes minutes does not keep the next one waiting.
      void answer(readLine(line));
    }
    await slots.idle();
    socket.destroySoon();
  }

  read().catch((error: unknown) => {
    if (errnoOf(error) === undefined && !isPrematureClose(error))
      log.error({ error }, 'connection');
    socket.destroy();
  });

  return {
    tell(kind, line) {
      if (!kinds.has(kind)) return;
      if (kind === 'state') outbox.state(line);
      else outbox.notice(line);
    },
    answered: slots.idle,
  };
}

async function perform<Name extends HandledName>(
  handle: RequestHandlers,
  method: Name,
  params: unknown,
) {
  return handle[method](parseParams(method, params));
}

function encode(id: RpcId, message: RpcSuccess | RpcFailure): string {
  try {
    return JSON.stringify(message);
  } catch (error) {
    return JSON.stringify(failure(id, error));
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
