import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TorporError } from '../../../../src/core/errors.ts';
import {
  connectQmp,
  type QmpClient,
  type QmpOptions,
} from '../../../../src/drivers/qemu/qmp/client.ts';
import { rejection } from '../../../support/rejection.ts';
import {
  type QmpPeer,
  type ScriptedQmpServer,
  scriptedQmpServer,
} from '../../../support/scripted-qmp-server.ts';

let server: ScriptedQmpServer;
let clients: QmpClient[];

beforeEach(async () => {
  server = await scriptedQmpServer();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server[Symbol.asyncDispose]();
});

async function open(options: QmpOptions = {}): Promise<{ client: QmpClient; peer: QmpPeer }> {
  const connecting = connectQmp(server.path, options);
  const peer = await server.accept();
  await peer.greet();
  const client = await connecting;
  clients.push(client);
  return { client, peer };
}

describe('calls', () => {
  test('sends a command with its arguments, and gives back what was returned', async () => {
    const { client, peer } = await open();
    expect(client.version.qemu).toEqual({ major: 7, minor: 2, micro: 22 });

    const migrating = client.execute('migrate', { uri: 'unix:/s' });
    const migrate = await peer.next();
    expect(migrate).toMatchObject({ execute: 'migrate', arguments: { uri: 'unix:/s' } });
    await peer.send({ return: {}, id: migrate.id });
    await migrating;

    const querying = client.execute('query-status');
    const query = await peer.next();
    expect(query).not.toHaveProperty('arguments');
    await peer.send({
      return: { status: 'paused', running: false, singlestep: false },
      id: query.id,
    });
    expect(await querying).toEqual({ status: 'paused', running: false });
  });

  test('finds the call of each reply when replies come in another order', async () => {
    const { client, peer } = await open();
    const name = client.execute('query-name');
    const uuid = client.execute('query-uuid');
    const first = await peer.next();
    const second = await peer.next();
    await peer.send({ return: { UUID: 'u-2' }, id: second.id });
    expect(await uuid).toEqual({ UUID: 'u-2' });
    await peer.send({ return: { name: 'n-1' }, id: first.id });
    expect(await name).toEqual({ name: 'n-1' });
  });

  test('turns an error reply into a typed error, and goes on', async () => {
    const { client, peer } = await open();
    const asking = client.execute('query-balloon');
    const desc = 'No balloon device has been activated';
    await peer.send({ error: { class: 'DeviceNotActive', desc }, id: (await peer.next()).id });
    const error = await rejection(asking);
    expect(error.code).toBe('HYPERVISOR_FAILED');
    expect(error.message).toContain(desc);
    expect(error.details).toEqual({ command: 'query-balloon', class: 'DeviceNotActive', desc });

    const stopping = client.execute('stop');
    await peer.send({ return: {}, id: (await peer.next()).id });
    await stopping;
  });

  test('refuses a reply of a form it does not know, and names the member', async () => {
    const { client, peer } = await open();
    const asking = client.execute('query-status');
    await peer.send({ return: { status: 'dreaming', running: false }, id: (await peer.next()).id });
    const error = await rejection(asking);
    expect(error.code).toBe('HYPERVISOR_FAILED');
    expect(String(error.cause)).toContain('status');
  });

  test('reports and drops replies to no call', async () => {
    const onWarning = vi.fn();
    const { client, peer } = await open({ onWarning });
    const asking = client.execute('query-name');
    const { id } = await peer.next();
    await peer.send({ return: { name: 'wrong' }, id: 'somebody-else' });
    await peer.send({ error: { class: 'GenericError', desc: 'without id' } });
    await peer.send({ return: { name: 'right' }, id });
    expect(await asking).toEqual({ name: 'right' });
    expect(onWarning).toHaveBeenCalledTimes(2);
  });

  test('gives up after its time, and is not surprised by the late reply', async () => {
    const onWarning = vi.fn();
    const { client, peer } = await open({ onWarning });
    const error = await rejection(client.execute('stop', {}, { timeoutMs: 1 }));
    expect(error.code).toBe('TIMED_OUT');
    expect(error.message).toContain('stop');
    const { id } = await peer.next();
    const asking = client.execute('query-name');
    await peer.send({ return: {}, id });
    await peer.send({ return: {}, id: (await peer.next()).id });
    expect(await asking).toEqual({});
    expect(onWarning).not.toHaveBeenCalled();
  });

  test('ends on abort: before sending, and while waiting', async () => {
    const { client, peer } = await open();
    const never = await rejection(client.execute('stop', {}, { signal: AbortSignal.abort() }));
    expect(never.code).toBe('CANCELLED');

    const controller = new AbortController();
    const continuing = client.execute('cont', {}, { signal: controller.signal });
    expect((await peer.next()).execute).toBe('cont');
    const reason = new TorporError('BUSY', 'something else came first');
    controller.abort(reason);
    expect(await rejection(continuing)).toBe(reason);
  });
});

describe('events', () => {
  test('reach their listeners between replies, until unsubscribed', async () => {
    const { client, peer } = await open();
    const statuses: string[] = [];
    const unsubscribe = client.on('MIGRATION', ({ status }) => statuses.push(status));
    const asking = client.execute('query-name');
    const { id } = await peer.next();
    await peer.send({ event: 'MIGRATION', data: { status: 'setup' }, timestamp: {} });
    await peer.send({ event: 'SOMETHING_NEW', data: { a: 1 } });
    await peer.send({ event: 'MIGRATION', data: { status: 'active' } });
    await peer.send({ return: {}, id });
    await asking;
    expect(statuses).toEqual(['setup', 'active']);

    unsubscribe();
    const stopped = client.waitFor('STOP', () => true);
    await peer.send({ event: 'MIGRATION', data: { status: 'completed' } });
    await peer.send({ event: 'STOP' });
    await stopped;
    expect(statuses).toHaveLength(2);
  });

  test('waitFor takes the first event that satisfies', async () => {
    const { client, peer } = await open();
    const waiting = client.waitFor('MIGRATION', ({ status }) => status === 'completed');
    await peer.send({ event: 'MIGRATION', data: { status: 'active' } });
    await peer.send({ event: 'MIGRATION', data: { status: 'completed' } });
    expect(await waiting).toEqual({ status: 'completed' });
  });

  test('waitFor ends by time, by abort, and by a predicate that throws', async () => {
    const { client, peer } = await open();
    const late = client.waitFor('STOP', () => true, { timeoutMs: 1 });
    expect((await rejection(late)).code).toBe('TIMED_OUT');

    const controller = new AbortController();
    const aborted = client.waitFor('STOP', () => true, { signal: controller.signal });
    controller.abort();
    expect((await rejection(aborted)).code).toBe('CANCELLED');
    const already = client.waitFor('STOP', () => true, { signal: controller.signal });
    expect((await rejection(already)).code).toBe('CANCELLED');

    const throwing = client.waitFor('STOP', () => {
      throw new TorporError('INTERNAL', 'thought wrong');
    });
    await peer.send({ event: 'STOP' });
    expect((await rejection(throwing)).message).toBe('thought wrong');
  });

  test('a listener that fails, and an event it cannot read, are reported and stop nobody', async () => {
    const onWarning = vi.fn();
    const { client, peer } = await open({ onWarning });
    client.on('STOP', () => {
      throw new Error('listener');
    });
    const stopped = client.waitFor('STOP', () => true);
    await peer.send({ event: 'SHUTDOWN', data: { guest: 'perhaps' } });
    await peer.send({ event: 'STOP' });
    await stopped;
    expect(onWarning.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('SHUTDOWN'),
      expect.stringContaining('STOP'),
    ]);
  });
});

describe('the end of the connection', () => {
  test('ends every call and wait with one error', async () => {
    const { client, peer } = await open();
    const broken = [
      client.execute('stop'),
      client.execute('query-name'),
      client.waitFor('STOP', () => true),
    ].map(rejection);
    await peer.next();
    await peer.write('{"return": {}, "i');
    peer.hangUp();
    const [first, ...others] = await Promise.all(broken);
    expect(first?.code).toBe('HYPERVISOR_DISCONNECTED');
    expect(first?.details).toEqual({ stage: 'open', cutBytes: 17 });
    for (const error of others) expect(error).toBe(first);
    expect(await client.closed).toBe(first);
    expect(await rejection(client.execute('cont'))).toBe(first);
    expect(await rejection(client.waitFor('STOP', () => true))).toBe(first);
  });

  test('a broken connection keeps its cause', async () => {
    const { client, peer } = await open();
    const stopping = rejection(client.execute('stop'));
    peer.vanish();
    const error = await stopping;
    expect(error.code).toBe('HYPERVISOR_DISCONNECTED');
    expect(error.cause).toMatchObject({ code: 'ECONNRESET' });
  });

  test('a wait that nobody looks at is no unhandled rejection', async () => {
    const { client, peer } = await open();
    client.waitFor('STOP', () => true);
    peer.hangUp();
    expect((await client.closed)?.code).toBe('HYPERVISOR_DISCONNECTED');
  });

  test('garbage ends it, after what came whole before', async () => {
    const { client, peer } = await open();
    const name = client.execute('query-name');
    const stopping = client.execute('stop');
    const { id } = await peer.next();
    await peer.write(`{"return": {"name": "n"}, "id": "${id}"}\nqemu: fatal: out of luck\n{}\n`);
    expect(await name).toEqual({ name: 'n' });
    const error = await rejection(stopping);
    expect(error.details).toEqual({ stage: 'protocol', excerpt: 'qemu: fatal: out of luck' });
    expect(error.cause).toBeInstanceOf(SyntaxError);
    await peer.left;
  });

  test('JSON that is no message ends it', async () => {
    const { client, peer } = await open();
    await peer.write('[1]\n');
    expect((await client.closed)?.details).toEqual({ stage: 'protocol', received: [1] });
  });

  test('a line without end ends it, at the limit', async () => {
    const { client, peer } = await open();
    void peer.write(Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
    expect((await client.closed)?.details).toMatchObject({ stage: 'protocol', limit: 10485760 });
    await peer.left;
  });

  test('closing here ends calls, and is no error', async () => {
    const { client, peer } = await open();
    const stopping = client.execute('stop');
    client.close();
    client.close();
    expect((await rejection(stopping)).message).toContain('Torpor closed');
    expect(await client.closed).toBeUndefined();
    await peer.left;
  });
});
