import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import type { Client } from '../../contract/json-rpc.ts';
import type { Events, Params, RequestName, Result } from '../../contract/requests.ts';
import { fromProblem, isErrorCode, type Problem, TorporError } from '../../core/errors.ts';
import { createEmitter } from '../../core/events.ts';
import { linesOf } from './lines.ts';

/** An answer may carry a screenshot. */
const maxAnswerBytes = 64 * 1024 * 1024;

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: unknown };
}

interface Pending {
  readonly accept: (result: unknown) => void;
  readonly fail: (error: TorporError) => void;
}

/**
 * Connects to an agent's control socket. Events come to `on` after a request `events.subscribe`.
 * When the connection ends every open request fails with AGENT_UNREACHABLE.
 */
export async function connect(path: string): Promise<Client> {
  const socket = connectSocket(path);
  try {
    await once(socket, 'connect');
  } catch (cause) {
    throw unreachable(`No agent answers at ${path}.`, cause);
  }
  return createClient(socket);
}

function createClient(socket: Socket): Client {
  const pending = new Map<number, Pending>();
  const events = createEmitter<Events>((error) => {
    throw error;
  });
  let nextId = 1;
  let ended: TorporError | undefined;
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<void>();

  function end(error: TorporError): void {
    ended ??= error;
    for (const { fail } of pending.values()) fail(ended);
    pending.clear();
    socket.destroy();
    tellClosed();
  }

  async function read(): Promise<void> {
    for await (const line of linesOf(socket, maxAnswerBytes)) {
      if (line.kind !== 'text') throw new Error(`a line that cannot be read (${line.kind})`);
      receive(messageFrom(JSON.parse(line.text)));
    }
  }

  function receive({ id, method, params, result, error }: Message): void {
    if (method !== undefined) emit(method, params);
    const request = typeof id === 'number' ? pending.get(id) : undefined;
    if (request === undefined) return;
    pending.delete(Number(id));
    if (error === undefined) request.accept(result);
    else request.fail(errorFrom(error));
  }

  // The agent at the other end of a private socket checks what it sends by the same types.
  function emit(method: string, params: unknown): void {
    if (method === 'event.state') events.emit('state', params as Events['state']);
    if (method === 'event.notice') events.emit('notice', params as Events['notice']);
  }

  socket.on('error', (cause) => end(unreachable('The connection to the agent broke.', cause)));
  socket.on('close', () => end(unreachable('The agent ended the connection.')));
  read().catch((cause: unknown) => end(unreachable('The agent cannot be understood.', cause)));

  return {
    request<Name extends RequestName>(method: Name, params: Params<Name>): Promise<Result<Name>> {
      return new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        const id = nextId++;
        pending.set(id, {
          accept: (result) => resolve(result as Result<Name>),
          fail: reject,
        });
        socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      });
    },
    on: (kind, listener) => events.on(kind, listener),
    close() {
      end(unreachable('This client closed the connection.'));
    },
    closed,
  };
}

/** Checked by hand: loading a schema library would take a third of the time that a command has. */
function messageFrom(value: unknown): Message {
  if (typeof value !== 'object' || value === null) throw new Error('a message that is no object');
  const { method, error, ...rest }: { method?: unknown; error?: unknown } = value;
  if (method !== undefined && typeof method !== 'string') throw new Error('a method without name');
  if (error !== undefined && !isError(error)) throw new Error('an error without message');
  return {
    ...rest,
    ...(method === undefined ? {} : { method }),
    ...(error === undefined ? {} : { error }),
  };
}

function isError(value: unknown): value is { message: string; data?: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

function errorFrom({ message, data }: { message: string; data?: unknown }): TorporError {
  return isProblem(data) ? fromProblem(data) : new TorporError('INTERNAL', message);
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    isErrorCode(value.code) &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

function unreachable(message: string, cause?: unknown): TorporError {
  return new TorporError('AGENT_UNREACHABLE', message, {
    hint: 'Guests that run go on without it; “torpor agent run” starts another one.',
    cause,
  });
}
