import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOutbox, type Outbox } from '../../../src/agent/control/outbox.ts';
import { type RawClient, rawClient } from '../../support/raw-client.ts';

let folder: string;
let server: Server;
let socket: Socket;
let client: RawClient;
let outbox: Outbox;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-outbox-'));
  server = createServer();
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  client = await rawClient(join(folder, 's'));
  [socket] = await accepted;
  socket.on('error', () => {});
  outbox = createOutbox(socket);
  client.socket.pause();
});

afterEach(async () => {
  client.socket.destroy();
  socket.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

/** Larger than what the kernel and Node hold for one socket, so that the second waits. */
const line = (what: string) => JSON.stringify(`${what} ${'x'.repeat(1024 * 1024)}`);
const nextWord = async () => String(await client.next()).split(' ')[0];

test('of the states that wait for a slow client only the newest is kept', async () => {
  for (let index = 0; index < 10; index++) outbox.state(line(`state${index}`));
  outbox.reply(line('answer'), () => {});
  client.socket.resume();
  expect([await nextWord(), await nextWord(), await nextWord()]).toEqual([
    'state0',
    'answer',
    'state9',
  ]);
});

test('of the notices that wait the oldest give way', async () => {
  outbox.notice(line('first'));
  for (let index = 0; index < 500; index++) outbox.notice(JSON.stringify(`notice${index}`));
  outbox.state(JSON.stringify('state'));
  client.socket.resume();
  const words = [await nextWord()];
  while (words.at(-1) !== 'state') words.push(await nextWord());
  expect(words).toHaveLength(102);
  expect(words.slice(0, 2)).toEqual(['first', 'notice400']);
});

test('an answer is handed over when it need not wait any more, also because the client left', async () => {
  const handedOver: string[] = [];
  for (const name of ['a', 'b', 'c']) outbox.reply(line(name), () => handedOver.push(name));
  expect(handedOver).toEqual(['a']);
  client.socket.resume();
  expect(await nextWord()).toBe('a');
  expect(await nextWord()).toBe('b');
  client.socket.pause();
  for (const name of ['d', 'e']) outbox.reply(line(name), () => handedOver.push(name));
  // Not `once` of node:events: that rejects at the reset which comes first.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  client.socket.destroy();
  await closed;
  expect(handedOver).toEqual(['a', 'b', 'c', 'd', 'e']);
  outbox.reply('late', () => handedOver.push('late'));
  expect(handedOver).toContain('late');
});
