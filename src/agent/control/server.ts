import { once } from 'node:events';
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { RpcEvent } from '../../contract/json-rpc.ts';
import type { Events } from '../../contract/requests.ts';
import { errnoOf, TorporError } from '../../core/errors.ts';
import type { EventSource } from '../../core/events.ts';
import { farewell, within } from '../farewell.ts';
import type { RequestHandlers } from '../handlers.ts';
import type { Log } from '../log.ts';
import { type Connection, serveConnection } from './connection.ts';

export interface ControlServer {
  /** Takes no new clients, waits a moment for open requests and slow readers, and closes them all. */
  close(): Promise<void>;
}

export interface ControlOptions {
  /** In a directory that only this user can enter. */
  readonly path: string;
  readonly handle: RequestHandlers;
  readonly events: EventSource<Events>;
  /** Whether the process at the other end is this user's. */
  readonly isOurs: (socket: Socket) => boolean;
  readonly log: Log;
}

const maxClients = 256;
/** Milliseconds that a client gets to take its last answers when the agent ends. */
const patience = 2000;

/**
 * Serves the agent on a unix socket, mode 0600. Call it with the library's lock held: a socket that
 * is there already was left by an agent that is gone, and is replaced.
 */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const { path, handle, events, isOurs, log } = options;
  const connections = new Map<Socket, Connection>();
  // Half open, so that a client which sends its requests and closes its side still gets its answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (!isOurs(socket)) {
      log.warn('a client of another user was turned away');
      socket.destroy();
      return;
    }
    connections.set(socket, serveConnection(socket, handle, log));
    socket.once('close', () => connections.delete(socket));
  });
  server.maxConnections = maxClients;
  await removeStale(path);
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
  server.on('error', (error) => log.error({ error }, 'control socket'));

  function tell<Kind extends keyof Events>(kind: Kind, params: Events[Kind]): void {
    if (connections.size === 0) return;
    const event: RpcEvent<Kind> = { jsonrpc: '2.0', method: `event.${kind}`, params };
    const line = JSON.stringify(event);
    for (const connection of connections.values()) connection.tell(kind, line);
  }
  const unsubscribe = [
    events.on('state', (state) => tell('state', state)),
    events.on('notice', (notice) => tell('notice', notice)),
  ];

  return {
    async close() {
      for (const off of unsubscribe) off();
      const isClosed = new Promise((resolve) => server.close(resolve));
      const answered = [...connections.values()].map((connection) => connection.answered());
      await within(patience, Promise.all(answered));
      await farewell(connections.keys(), patience);
      await isClosed;
    },
  };
}

async function removeStale(path: string): Promise<void> {
  try {
    const found = await lstat(path);
    if (!found.isSocket()) {
      throw new TorporError('PERMISSION_DENIED', `${path} is in the way of the control socket.`, {
        hint: 'It is not a socket. Move it away.',
      });
    }
    await rm(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
