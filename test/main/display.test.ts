import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDisplays, type DisplayPage } from '../../src/main/display.ts';
import { folderForTest } from '../support/volume.ts';

async function vncServer() {
  const path = join(await folderForTest(), 'vnc.sock');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const accepted = once(server, 'connection').then(([socket]: Socket[]) => {
    if (socket === undefined) throw new Error('no socket');
    return socket;
  });
  return { path, accepted };
}

function page(id: number): DisplayPage & { destroy(): void } {
  let destroyed = (): void => {};
  return {
    id,
    once(_event, listener) {
      destroyed = listener;
    },
    destroy: () => destroyed(),
  };
}

function displays() {
  const data = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<number>();
  const inputs: string[] = [];
  let now = 0;
  const made = createDisplays({
    onData: ({ id }, _connection, bytes) => data.resolve(`${id} ${Buffer.from(bytes)}`),
    onClosed: ({ id }) => closed.resolve(id),
    onInput: (machine) => inputs.push(`${machine} ${now}`),
    now: () => now,
  });
  const later = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { ...made, data: data.promise, closed: closed.promise, inputs, later };
}

test('bytes go both ways, for the page that asked alone', async () => {
  const server = await vncServer();
  const made = displays();
  const connection = await made.connect(page(1), 'Demo', server.path);
  const guest = await server.accepted;
  guest.write('RFB');
  expect(await made.data).toBe('1 RFB');
  await expect(made.send(page(2), connection, Buffer.from('x'))).rejects.toMatchObject({
    code: 'NO_SUCH_MACHINE',
  });
  made.close(page(2), connection);
  await made.send(page(1), connection, Buffer.from('hello'));
  expect(String((await once(guest, 'data'))[0])).toBe('hello');
  made.close(page(1), connection);
  expect(await made.closed).toBe(1);
});

test('a page that goes away lets go of the guest', async () => {
  const server = await vncServer();
  const made = displays();
  const mine = page(1);
  await made.connect(mine, 'Demo', server.path);
  const guest = await server.accepted;
  const gone = once(guest, 'close');
  guest.resume();
  mine.destroy();
  await gone;
});

test('a guest that is gone is said to be', async () => {
  await expect(displays().connect(page(1), 'Demo', '/nonexistent/vnc.sock')).rejects.toMatchObject({
    code: 'HYPERVISOR_DISCONNECTED',
  });
});

test('keys and the pointer are told as input, now and then; looking is none', async () => {
  const server = await vncServer();
  const made = displays();
  const connection = await made.connect(page(1), 'Demo', server.path);
  (await server.accepted).resume();
  const send = (...bytes: readonly number[]) =>
    made.send(page(1), connection, Uint8Array.from(bytes));
  await send(3, 1, 0, 0);
  expect(made.inputs).toEqual([]);
  await send(4, 1, 0, 0, 0, 0, 0, 97);
  await send(5, 0, 0, 10, 0, 10);
  made.later(20_000);
  await send(5, 1, 0, 10, 0, 10);
  expect(made.inputs).toEqual(['Demo 0', 'Demo 20000']);
});
