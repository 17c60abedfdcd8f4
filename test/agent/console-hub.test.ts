import { once } from 'node:events';
import { lstat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

async function attached(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}

async function said(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += (await once(socket, 'data'))[0];
  return text;
}

test('a console is served to several clients until its guest ends', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  const console = () => agent.handle['machine.console']({ machine: 'Demo' });
  await expect(console()).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  const { socket: path } = await console();
  expect(await console()).toEqual({ socket: path });
  expect((await lstat(path)).mode & 0o777).toBe(0o600);

  const [one, two] = [await attached(path), await attached(path)];
  const heard = Promise.all([said(one, 5), said(two, 5)]);
  one.write('hello');
  expect((await heard).map((text) => text.slice(0, 5))).toEqual(['hello', 'hello']);

  const closed = Promise.all([once(one, 'close'), once(two, 'close')]);
  await agent.handle['machine.stop']({ machine: 'Demo', force: true });
  await closed;
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  const again = await attached((await console()).socket);
  again.write('again');
  expect(await said(again, 5)).toContain('again');
  again.destroy();
});

test('a client that does not read is not waited for, neither by the guest nor at the end', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  const { socket: path } = await agent.handle['machine.console']({ machine: 'Demo' });
  const [idle, busy] = [await attached(path), await attached(path)];
  idle.pause();
  const gone = once(idle, 'close');
  const part = 'x'.repeat(64 * 1024);
  for (let round = 0; round < 30; round++) {
    busy.write(part);
    await said(busy, part.length);
  }
  idle.resume();
  await gone;
  const other = await attached(path);
  other.pause();
  // More than the kernel holds for it, less than what makes the agent let go of it at once.
  for (let round = 0; round < 8; round++) {
    busy.write(part);
    await said(busy, part.length);
  }
  expect(await agent.stop('quit')).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
  busy.destroy();
  other.destroy();
});
