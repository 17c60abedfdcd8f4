import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that sends whatever bytes a test likes. */
export interface RawClient {
  readonly socket: Socket;
  /** Resolves when the kernel has taken the bytes. */
  send(bytes: string | Uint8Array): Promise<void>;
  /** The next line the agent says, parsed; undefined when it has closed the connection. */
  next(): Promise<unknown>;
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
}

export async function rawClient(path: string): Promise<RawClient> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  const lines: string[] = [];
  let rest = '';
  let isOver = false;
  let wake = (): void => {};
  const closed = new Promise<void>((resolve) => {
    const over = (): void => {
      isOver = true;
      wake();
      resolve();
    };
    socket.on('end', over);
    socket.on('close', over);
  });
  // The agent may close while this side still sends.
  socket.on('error', () => {});
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });

  return {
    socket,
    send: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    async next() {
      while (lines.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const line = lines.shift();
      return line === undefined ? undefined : JSON.parse(line);
    },
    closed,
  };
}
