import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { connect, createServer, type Server, Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { descriptorOf } from '../../src/storage/descriptor.ts';
import { createHost } from '../../src/storage/host.ts';
import { folderForTest } from '../support/volume.ts';

const host = createHost();

async function listening(where: string | number): Promise<Server> {
  const server = createServer().listen(
    typeof where === 'string' ? { path: where } : { port: where, host: '127.0.0.1' },
  );
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return server;
}

async function accepted(server: Server): Promise<Socket> {
  const [socket] = await once(server, 'connection');
  if (!(socket instanceof Socket)) throw new Error('no socket was accepted');
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

test('the peer of a unix socket is told at both ends', async () => {
  const path = join(await folderForTest(), 'socket');
  const server = await listening(path);
  const client = connect(path);
  onTestFinished(() => {
    client.destroy();
  });
  const socket = await accepted(server);
  expect(host.peerUserId(descriptorOf(socket))).toBe(process.getuid?.());
  expect(host.peerUserId(descriptorOf(client))).toBe(process.getuid?.());
});

test('a peer of another user is told as such', async (context) => {
  if (process.getuid?.() !== 0) context.skip('only root can start a process of another user');
  const folder = await folderForTest();
  const path = join(folder, 'socket');
  const server = await listening(path);
  await chmod(folder, 0o755);
  await chmod(path, 0o777);
  const nobody = 65534;
  const child = spawn(
    process.execPath,
    ['--eval', 'require("net").connect(process.argv[1]).resume()', path],
    { uid: nobody, gid: nobody, cwd: '/', stdio: 'ignore' },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const socket = await accepted(server);
  expect(host.peerUserId(descriptorOf(socket))).toBe(nobody);
});

test('a TCP socket, a file and a closed number are errors, never a user', async () => {
  const server = await listening(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = connect(address.port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
  });
  const socket = await accepted(server);
  const fails = (fd: number, code: string) =>
    expect(() => host.peerUserId(fd)).toThrow(expect.objectContaining({ code }));
  fails(descriptorOf(socket), 'EAFNOSUPPORT');
  fails(2 ** 30, 'EBADF');
  expect(() => host.peerUserId(-1)).toThrow(RangeError);
  expect(() => host.peerUserId(Number.NaN)).toThrow(RangeError);
});

test('a closed socket has no descriptor', () => {
  expect(() => descriptorOf(new Socket())).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});
