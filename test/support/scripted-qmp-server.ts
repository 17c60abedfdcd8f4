import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a client sent: `id` and `arguments` as they came. */
export interface ReceivedCommand {
  readonly execute: string;
  readonly arguments?: unknown;
  readonly id?: string;
}

/** One client's connection, seen from the side that plays QEMU. */
export interface QmpPeer {
  /** The next command the client sends; commands that came earlier wait in a queue. */
  next(): Promise<ReceivedCommand>;
  /** Writes bytes as they are, as one packet; resolves when the kernel has them. */
  write(bytes: string | Uint8Array): Promise<void>;
  send(message: object): Promise<void>;
  /** Greets, and accepts the end of negotiation, as QEMU does. */
  greet(): Promise<void>;
  /** Closes the connection in order, after what was written. */
  hangUp(): void;
  /** Closes the connection at once: with a command unread, the client meets ECONNRESET. */
  vanish(): void;
  /** Resolves when the client has closed its side. */
  readonly left: Promise<void>;
}

export interface ScriptedQmpServer extends AsyncDisposable {
  readonly path: string;
  /** The next client that connects. */
  accept(): Promise<QmpPeer>;
}

export const greeting = {
  QMP: {
    version: { qemu: { major: 7, minor: 2, micro: 22 }, package: 'Debian 1:7.2+dfsg-7' },
    capabilities: ['oob'],
  },
};

/**
 * A QMP server on a real unix socket that does only what a test tells it. It never answers by
 * itself. Disposing it closes every connection and removes the socket.
 */
export async function scriptedQmpServer(): Promise<ScriptedQmpServer> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-qmp-'));
  const path = join(folder, 'qmp');
  const sockets = new Set<Socket>();
  const arrivals = queue<QmpPeer>();
  const server = createServer((socket) => {
    sockets.add(socket);
    arrivals.put(createPeer(socket));
  });
  server.listen(path);
  await once(server, 'listening');

  return {
    path,
    accept: arrivals.take,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

function createPeer(socket: Socket): QmpPeer {
  const commands = queue<ReceivedCommand>();
  const left = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.setNoDelay(true);
  // The client is torn down while it is written to in many tests.
  socket.on('error', () => {});
  createInterface({ input: socket }).on('line', (line) => commands.put(JSON.parse(line)));

  function write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => socket.write(bytes, () => resolve()));
  }

  function send(message: object): Promise<void> {
    return write(`${JSON.stringify(message)}\r\n`);
  }

  return {
    next: commands.take,
    write,
    send,
    async greet() {
      await send(greeting);
      const { id } = await commands.take();
      await send({ return: {}, id });
    },
    hangUp: () => socket.end(),
    vanish: () => socket.destroy(),
    left,
  };
}

/** Hands out in order what is put in; who takes from an empty queue waits. */
function queue<Item>(): { put(item: Item): void; take(): Promise<Item> } {
  const items: Item[] = [];
  const takers: ((item: Item) => void)[] = [];
  return {
    put(item) {
      const taker = takers.shift();
      if (taker === undefined) items.push(item);
      else taker(item);
    },
    take() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => takers.push(resolve));
    },
  };
}
