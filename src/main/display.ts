/** Carries a machine's display between its VNC server, on a unix socket, and the one page that asked. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TorporError } from '../core/errors.ts';

/** A page, of which Electron's WebContents is one. */
export interface DisplayPage {
  readonly id: number;
  once(event: 'destroyed', listener: () => void): unknown;
}

export interface DisplayEvents {
  readonly onData: (page: DisplayPage, connection: string, bytes: Uint8Array) => void;
  readonly onClosed: (page: DisplayPage, connection: string) => void;
  /** A person types or clicks: told now and then, not for each key. */
  readonly onInput: (machine: string) => void;
  readonly now: () => number;
}

export interface Displays {
  /** @throws TorporError HYPERVISOR_DISCONNECTED when nobody listens on the socket */
  connect(page: DisplayPage, machine: string, socket: string): Promise<string>;
  /** Resolves when more may be sent. Throws NO_SUCH_MACHINE for a connection that is not the page's. */
  send(page: DisplayPage, connection: string, bytes: Uint8Array): Promise<void>;
  /** Does nothing for a connection that has ended. */
  close(page: DisplayPage, connection: string): void;
}

interface Open {
  readonly page: DisplayPage;
  readonly machine: string;
  readonly socket: Socket;
  inputTold: number;
}

/** Milliseconds between two words about input. */
const inputInterval = 20_000;

/**
 * The first bytes of KeyEvent, PointerEvent and ClientCutText in RFC 6143, 7.5; a page sends each message
 * by itself. A page that only looks sends requests for pictures all the time.
 */
const inputMessages: ReadonlySet<number | undefined> = new Set([4, 5, 6]);

export function createDisplays({ onData, onClosed, onInput, now }: DisplayEvents): Displays {
  const connections = new Map<string, Open>();

  function ownedBy(page: DisplayPage, connection: string): Open | undefined {
    const found = connections.get(connection);
    return found?.page.id === page.id ? found : undefined;
  }

  return {
    async connect(page, machine, path) {
      const socket = connect(path);
      try {
        await once(socket, 'connect');
      } catch (cause) {
        throw new TorporError('HYPERVISOR_DISCONNECTED', 'The display does not answer.', {
          hint: 'Open it again when the machine runs.',
          cause,
        });
      }
      const connection = randomUUID();
      connections.set(connection, {
        page,
        machine,
        socket,
        inputTold: Number.NEGATIVE_INFINITY,
      });
      const leave = (): void => {
        socket.destroy();
      };
      page.once('destroyed', leave);
      socket.on('data', (bytes) => onData(page, connection, bytes));
      // `close` follows, and tells the page.
      socket.on('error', leave);
      socket.on('close', () => {
        connections.delete(connection);
        onClosed(page, connection);
      });
      return connection;
    },

    async send(page, connection, bytes) {
      const open = ownedBy(page, connection);
      if (open === undefined) {
        throw new TorporError('NO_SUCH_MACHINE', 'That display is not connected any more.');
      }
      if (inputMessages.has(bytes[0]) && now() - open.inputTold >= inputInterval) {
        open.inputTold = now();
        onInput(open.machine);
      }
      if (!open.socket.write(bytes)) await once(open.socket, 'drain');
    },

    close(page, connection) {
      ownedBy(page, connection)?.socket.end();
    },
  };
}
