import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface SecondStart {
  readonly argv: string[];
  readonly cwd: string;
  readonly data: unknown;
}

/**
 * One holder for each userData, as Electron promises: who comes second tells the first what it was
 * started with. On Linux the lock is an abstract socket, which the kernel lets go of with its process.
 *
 * @returns undefined when another process holds it
 */
export function holdSingleInstance(
  userData: string,
  mine: SecondStart,
  onSecond: (start: SecondStart) => void,
): Server | undefined {
  const address = addressFor(userData);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const server = listen(address, onSecond);
    if (server.listening) return server;
    if (tell(address, mine)) return undefined;
    // A file left by a holder that was killed; abstract sockets never leave one.
    if (!address.startsWith('\0')) rmSync(address, { force: true });
  }
  throw new Error(`electron stand-in: cannot take the lock ${JSON.stringify(address)}`);
}

function addressFor(userData: string): string {
  const name = `electron-standin-${createHash('sha256').update(userData).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${name}` : path.join(tmpdir(), `${name}.sock`);
}

/** Binds at once; `listening` tells on return whether it succeeded. */
function listen(address: string, onSecond: (start: SecondStart) => void): Server {
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      socket.end('told\n');
      onSecond(JSON.parse(text));
    });
    socket.on('error', () => socket.destroy());
  });
  server.on('error', () => server.close());
  server.listen(address);
  server.unref();
  return server;
}

/** A process of its own, because the lock answers synchronously and a socket does not. */
const messenger = `
  const [address, text] = JSON.parse(process.argv[1]);
  const socket = require('node:net').connect(address);
  socket.on('connect', () => socket.write(text + '\\n'));
  socket.on('data', () => process.exit(0));
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(1));`;

function tell(address: string, start: SecondStart): boolean {
  const argument = JSON.stringify([address, JSON.stringify(start)]);
  return spawnSync(process.execPath, ['-e', messenger, argument], { timeout: 20_000 }).status === 0;
}
