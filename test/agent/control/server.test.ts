import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../../src/agent/agent.ts';
import { maxRequestBytes } from '../../../src/agent/control/lines.ts';
import type { Host } from '../../../src/core/host.ts';
import { createHost } from '../../../src/storage/host.ts';
import { type RawClient, rawClient } from '../../support/raw-client.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../../support/temp-library.ts';

let library: TempLibrary;
let agent: Agent;
const raw: RawClient[] = [];

beforeEach(async () => {
  library = await tempLibrary();
  agent = await library.start();
});

afterEach(async () => {
  for (const { socket } of raw.splice(0)) socket.destroy();
  await library[Symbol.asyncDispose]();
});

async function connected(): Promise<RawClient> {
  const client = await rawClient(agent.socket);
  raw.push(client);
  return client;
}

const ask = (id: unknown, method = 'state.get', params: unknown = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const refused = (code: number, id: unknown = null) => ({ jsonrpc: '2.0', id, error: { code } });

test('the socket and every folder on the way to it are this user’s alone', async () => {
  expect((await lstat(agent.socket)).mode & 0o777).toBe(0o600);
  expect((await lstat(dirname(agent.socket))).mode & 0o777).toBe(0o700);
  expect((await lstat(library.runBase)).mode & 0o777).toBe(0o700);
});

test('a client of another user is turned away', async () => {
  await agent.detach();
  const host = createHost();
  agent = await library.start({ host: { ...host, peerUserId: () => 4242 } });
  const client = await connected();
  expect(await client.next()).toBeUndefined();
});

test('requests are answered as they finish, not as they came', async () => {
  await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  const gate = library.hypervisor.holdNext('save');
  const client = await connected();
  await client.send(ask(1, 'machine.suspend', { machine: 'Demo', reason: 'user' }) + ask(2));
  expect(await client.next()).toMatchObject({ id: 2 });
  await gate.reached;
  gate.release();
  expect(await client.next()).toMatchObject({ id: 1, result: { status: 'suspended' } });
});

test('a request split anywhere, also inside a character, is one request', async () => {
  await agent.handle['machine.create'](machineRequest('Größe 𝕏'));
  const bytes = Buffer.from(ask('ä', 'machine.show', { machine: 'Größe 𝕏' }));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: bytes.length - 1 }), async (cut) => {
      const client = await connected();
      await client.send(bytes.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      await client.send(bytes.subarray(cut));
      expect(await client.next()).toMatchObject({ id: 'ä', result: { name: 'Größe 𝕏' } });
    }),
    { numRuns: 20 },
  );
});

describe('what is malformed gets an answer, and the connection goes on', () => {
  const cases: [string, string | Uint8Array, number, unknown][] = [
    ['not JSON', 'hello\n', -32700, null],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]), -32700, null],
    ['a number', '42\n', -32600, null],
    ['null', 'null\n', -32600, null],
    ['an empty batch', '[]\n', -32600, null],
    ['a batch', `[${ask(1).trim()}]\n`, -32600, null],
    ['JSON-RPC 1', '{"id": 1, "method": "state.get", "params": []}\n', -32600, null],
    ['an object as id', ask({ a: 1 }), -32600, null],
    ['a method that is a number', '{"jsonrpc": "2.0", "id": 1, "method": 7}\n', -32600, null],
    ['an unknown method', ask(3, 'machine.explode'), -32601, 3],
    ['a method that every object has', ask(3, 'constructor'), -32601, 3],
    ['a method that is a prototype', ask(3, '__proto__'), -32601, 3],
    ['positional parameters', ask(4, 'machine.show', ['Demo']), -32602, 4],
    ['a parameter too many', ask(4, 'state.get', { all: true }), -32602, 4],
    ['a parameter too few', ask(4, 'machine.start', { machine: 'Demo' }), -32602, 4],
    ['a parameter of the wrong type', ask(4, 'machine.show', { machine: 7 }), -32602, 4],
    ['an unknown reason', ask(4, 'agent.stop', { reason: 'boredom' }), -32602, 4],
    ['a machine that is not there', ask(5, 'machine.show', { machine: 'Nobody' }), -32000, 5],
    ['deep nesting', `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`, -32600, null],
    [
      'deep nesting inside the parameters',
      `{"jsonrpc":"2.0","id":6,"method":"machine.show","params":{"machine":${'['.repeat(100_000)}${']'.repeat(100_000)}}}\n`,
      -32600,
      null,
    ],
    [
      'a parameter that would change every object',
      '{"jsonrpc":"2.0","id":6,"method":"state.get","params":{"__proto__":{"x":1}}}\n',
      -32602,
      6,
    ],
    [
      'a relative path',
      ask(7, 'machine.create', machineRequest('Demo', { iso: '../etc/passwd' })),
      -32602,
      7,
    ],
    ['a name that climbs', ask(7, 'machine.create', machineRequest('a\u0000b')), -32602, 7],
  ];
  test.each(cases)('%s', async (_what, bytes, code, id) => {
    const client = await connected();
    await client.send(bytes);
    expect(await client.next()).toMatchObject(refused(code, id));
    await client.send(ask('after'));
    expect(await client.next()).toMatchObject({ id: 'after', result: { machines: [] } });
  });
});

test('an answer carries the whole error, for clients that know it', async () => {
  const client = await connected();
  await client.send(ask(1, 'machine.show', { machine: 'Nobody' }));
  expect(await client.next()).toMatchObject({
    error: { message: 'There is no machine “Nobody”.', data: { code: 'NO_SUCH_MACHINE' } },
  });
});

test('a notification is never answered, whatever is wrong with it', async () => {
  const client = await connected();
  await client.send('{"jsonrpc":"2.0","method":"state.get"}\n');
  await client.send('{"jsonrpc":"2.0","method":"nothing"}\n');
  await client.send('{"jsonrpc":"2.0","method":"machine.show","params":{"machine":1}}\n');
  await client.send(ask('last'));
  expect(await client.next()).toMatchObject({ id: 'last' });
});

test('a line above the bound ends its connection, with an answer, and no other', async () => {
  const [bad, good] = [await connected(), await connected()];
  await bad.send(Buffer.alloc(maxRequestBytes + 1, 'x'));
  expect(await bad.next()).toMatchObject(refused(-32600));
  expect(await bad.next()).toBeUndefined();
  await good.send(ask(1));
  expect(await good.next()).toMatchObject({ id: 1 });
});

test('a client that closes its side still gets its answers', async () => {
  const client = await connected();
  await client.send(ask(1) + ask(2).trim());
  client.socket.end();
  const answers = [await client.next(), await client.next()];
  expect(answers).toMatchObject(expect.arrayContaining([{ id: 1 }, { id: 2 }].map(containing)));
  expect(await client.next()).toBeUndefined();
});

const containing = (part: object): unknown => expect.objectContaining(part);

test('a client that asks and asks and never reads is answered only as far as it reads', async () => {
  await agent.detach();
  const host = createHost();
  let answered = 0;
  const space: Host['space'] = (path) => {
    answered += 1;
    return host.space(path);
  };
  agent = await library.start({ host: { ...host, space } });
  const [bad, good] = [await connected(), await connected()];
  bad.socket.pause();
  const requests = 100_000;
  bad.socket.write(ask(1).repeat(requests));
  let before = -1;
  // Others are served meanwhile; it stands still when nothing more of it is taken.
  for (let still = 0; still < 20; still = bad.socket.bytesWritten === before ? still + 1 : 0) {
    before = bad.socket.bytesWritten;
    await good.send(ask('good'));
    expect(await good.next()).toMatchObject({ id: 'good' });
  }
  expect(answered).toBeLessThan(requests / 10);
  expect(bad.socket.writableLength).toBeGreaterThan(0);
});

test('a client that vanishes in the middle of a request leaves the operation to finish', async () => {
  await agent.handle['machine.create'](machineRequest('Demo'));
  const client = await connected();
  const gate = library.hypervisor.holdNext('start');
  await client.send(ask(1, 'machine.start', { machine: 'Demo', cold: false }));
  await gate.reached;
  client.socket.destroy();
  await client.closed;
  gate.release();
  await agent.handle['machine.show']({ machine: 'Demo' });
  expect(await agent.stop('quit')).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
});

test('whatever is thrown at it, the agent goes on serving', async () => {
  const methods = Object.keys(agent.handle).filter((name) => name !== 'agent.stop');
  const json = fc.jsonValue({ maxDepth: 3 });
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    json.map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
    fc
      .record({
        jsonrpc: fc.constantFrom('2.0', '1.0', 2),
        id: json,
        method: fc.oneof(fc.constantFrom(...methods), fc.string()),
        params: fc.oneof(json, fc.record({ machine: json, name: json, reason: json })),
      })
      .map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
  );
  const good = await connected();
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), async (lines) => {
      const bad = await connected();
      await bad.send(Buffer.concat(lines));
      bad.socket.end();
      while ((await bad.next()) !== undefined);
      await good.send(ask('still there'));
      expect(await good.next()).toMatchObject({ id: 'still there' });
    }),
    { numRuns: 60 },
  );
});
