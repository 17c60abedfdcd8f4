import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { fakeClient } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

/** A guest's console on a unix socket, which answers each line in capitals. */
async function startConsole() {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-console-'));
  const socket = join(folder, 'attach.sock');
  const clients = new Set<Socket>();
  let received = '';
  const server = createServer((client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('data', (bytes) => {
      received += bytes.toString('latin1');
      client.write(bytes.toString('latin1').toUpperCase());
    });
    client.write('login: ');
  }).listen(socket);
  await once(server, 'listening');
  return {
    socket,
    received: () => received,
    clients: () => clients.size,
    endGuest() {
      for (const client of clients) client.end();
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function terminalFor(socket: string) {
  return fakeTerminal({ client: fakeClient({ 'machine.console': () => ({ socket }) }) });
}

test('on a terminal: raw, byte for byte, until Ctrl-] leaves it as it was', async () => {
  await using console = await startConsole();
  const terminal = terminalFor(console.socket);
  terminal.stdin.isTTY = true;
  const done = runCli(['console', 'web'], terminal);
  await terminal.stdout.shows('login: ');
  terminal.stdin.write('root\r\u0003');
  await terminal.stdout.shows('ROOT');
  terminal.stdin.write('x\u001dnot for the guest');
  expect(await done).toBe(0);
  expect(console.received()).not.toContain('not for the guest');
  expect(console.received()).toContain('root\r\u0003');
  expect(terminal.stdin.rawModes).toEqual([true, false]);
  expect(terminal.stderr.text).toContain('Ctrl-] leaves');
  expect(terminal.stderr.text).toContain('The guest runs on.');
});

test('when the guest ends the terminal is as it was', async () => {
  await using console = await startConsole();
  const terminal = terminalFor(console.socket);
  terminal.stdin.isTTY = true;
  const done = runCli(['console', 'web'], terminal);
  await terminal.stdout.shows('login: ');
  console.endGuest();
  expect(await done).toBe(0);
  expect(terminal.stdin.rawModes).toEqual([true, false]);
  expect(terminal.stderr.text).toContain('The guest has ended.');
});

test('with a pipe: its end ends nothing, Ctrl-] is a byte like others, and nothing else is printed', async () => {
  await using console = await startConsole();
  const terminal = terminalFor(console.socket);
  const done = runCli(['console', 'web'], terminal);
  terminal.stdin.end('date\u001d!\n');
  await terminal.stdout.shows('DATE\u001d!\n');
  console.endGuest();
  expect(await done).toBe(0);
  expect(terminal.stdout.text).toBe('login: DATE\u001d!\n');
  expect(terminal.stderr.text).toBe('');
  expect(terminal.stdin.rawModes).toEqual([]);
});

test('with a pipe Ctrl-C leaves', async () => {
  await using console = await startConsole();
  const terminal = terminalFor(console.socket);
  const done = runCli(['console', 'web'], terminal);
  await terminal.stdout.shows('login: ');
  expect(terminal.interrupt()).toBe(true);
  expect(await done).toBe(0);
});

test('--json prints the socket and does not attach', async () => {
  await using console = await startConsole();
  const terminal = terminalFor(console.socket);
  expect(await runCli(['console', 'web', '--json'], terminal)).toBe(0);
  expect(terminal.json()).toEqual({ socket: console.socket });
  expect(console.clients()).toBe(0);
});

test('a socket that is gone is an error, and the terminal was never raw', async () => {
  const terminal = terminalFor('/nowhere/attach.sock');
  terminal.stdin.isTTY = true;
  expect(await runCli(['console', 'web'], terminal)).toBe(1);
  expect(terminal.stdin.rawModes).toEqual([]);
  expect(terminal.stderr.text).toContain('torpor: The console cannot be reached.');
});
