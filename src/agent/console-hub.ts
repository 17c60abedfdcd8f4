import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Console, Session } from '../core/driver.ts';
import { TorporError } from '../core/errors.ts';
import { makePrivate } from '../core/library/private.ts';
import type { Machine } from '../core/machine.ts';
import { assertCanPerform } from '../core/status.ts';
import { farewell } from './farewell.ts';
import { guestEnded } from './requests/operate.ts';
import { machineRunDirectory } from './run-directory.ts';

/** A client that lets this much wait is not reading; the guest does not wait for it. */
const maxWaitingBytes = 1024 * 1024;

/** Milliseconds that a client gets to take the last words of a guest. */
const patience = 500;

/** Serves the consoles of running machines, each on a socket of its own. */
export interface ConsoleHub {
  /**
   * The path of the socket (mode 0600) on which the console of the machine's guest is served: raw
   * bytes both ways, to any number of clients. It is there until the guest ends. Throws
   * CAPABILITY_MISSING for a guest without one.
   */
  socketFor(machine: Machine): Promise<string>;
  /** Closes every console and its clients. */
  close(): Promise<void>;
}

/** `onInput` hears of everything that a client types. */
export function createConsoleHub(
  runDirectory: string,
  isOurs: (socket: Socket) => boolean,
  onInput: (machine: Machine) => void,
): ConsoleHub {
  const served = new Map<Session, Promise<Served>>();

  return {
    async socketFor(machine) {
      assertCanPerform('console', machine.status, machine.config.name);
      const { session } = machine;
      if (session === undefined) throw guestEnded(machine.config.name);
      let mine = served.get(session);
      if (mine === undefined) {
        const directory = machineRunDirectory(runDirectory, machine.config.id);
        mine = serve(session, directory, isOurs, () => onInput(machine));
        served.set(session, mine);
        session.on('ended', () => {
          served.delete(session);
          return mine?.then((one) => one.close());
        });
        mine.catch(() => served.delete(session));
      }
      return (await mine).path;
    },

    async close() {
      const all = [...served.values()];
      served.clear();
      for (const one of await Promise.allSettled(all)) {
        if (one.status === 'fulfilled') await one.value.close();
      }
    },
  };
}

interface Served {
  readonly path: string;
  close(): Promise<void>;
}

async function serve(
  session: Session,
  directory: string,
  isOurs: (socket: Socket) => boolean,
  onInput: () => void,
): Promise<Served> {
  const { console } = session;
  if (!console.available) {
    throw new TorporError('CAPABILITY_MISSING', console.reason.message, console.reason);
  }
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    if (!isOurs(socket)) {
      socket.destroy();
      return;
    }
    attach(socket, console.use, clients);
    socket.on('data', onInput);
  });
  // An adopted guest may have its own sockets elsewhere.
  await makePrivate(directory);
  const path = join(directory, 'attach.sock');
  await listenOn(server, path);
  const off = console.use.onData((bytes) => {
    for (const socket of clients) {
      if (socket.writableLength > maxWaitingBytes) socket.destroy();
      else socket.write(bytes);
    }
  });
  return {
    path,
    async close() {
      off();
      const isClosed = new Promise((resolve) => server.close(resolve));
      await farewell(clients, patience);
      await isClosed;
    },
  };
}

function attach(socket: Socket, console: Console, clients: Set<Socket>): void {
  clients.add(socket);
  socket.on('data', (bytes) => console.write(bytes));
  socket.on('close', () => clients.delete(socket));
  // A client that goes away while it is written to is gone, which `close` tells as well.
  socket.on('error', () => socket.destroy());
}

/** Listens on `path`, in the place of a socket that an earlier agent left there. */
async function listenOn(server: Server, path: string): Promise<void> {
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
}
