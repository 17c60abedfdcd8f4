import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../../../src/agent/control/client.ts';
import { connectIfRunning } from '../../../src/agent/running.ts';
import type { AppState } from '../../../src/contract/app-state.ts';
import { rawClient } from '../../support/raw-client.ts';
import { machineRequest, tempLibrary } from '../../support/temp-library.ts';

test('two clients work with one agent, and each hears of what the other does', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const [one, two] = [await library.client(agent), await library.client(agent)];
  const heard = new Promise<AppState>((resolve) => {
    two.on('state', (state) => {
      if (state.machines.some(({ status }) => status === 'running')) resolve(state);
    });
  });
  await two.request('events.subscribe', { kinds: ['state'] });
  await one.request('machine.create', machineRequest('Demo'));
  await Promise.all([
    one.request('machine.start', { machine: 'Demo', cold: false }),
    two.request('state.get', {}),
  ]);
  expect(await heard).toMatchObject({ machines: [{ name: 'Demo', status: 'running' }] });
  const both = await Promise.allSettled([
    one.request('machine.suspend', { machine: 'Demo', reason: 'user' }),
    two.request('machine.suspend', { machine: 'Demo', reason: 'user' }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a client is told only of what it subscribed to', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const client = await library.client(agent);
  const heard: string[] = [];
  client.on('state', () => heard.push('state'));
  client.on('notice', () => heard.push('notice'));
  await client.request('events.subscribe', { kinds: ['notice'] });
  const { id } = await client.request('machine.create', machineRequest('Demo'));
  await client.request('machine.start', { machine: 'Demo', cold: false });
  const noticed = new Promise((resolve) => client.on('notice', resolve));
  library.hypervisor.kill(id);
  expect(await noticed).toMatchObject({ machine: id, problem: { code: expect.any(String) } });
  expect(heard).toEqual(['notice']);
});

test('errors arrive whole', async () => {
  await using library = await tempLibrary();
  const client = await library.client(await library.start());
  await expect(client.request('machine.show', { machine: 'Nobody' })).rejects.toMatchObject({
    code: 'NO_SUCH_MACHINE',
    hint: expect.any(String),
  });
});

test('when the agent goes, every open request fails and says so, and so do later ones', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const client = await library.client(agent);
  await client.request('machine.create', machineRequest('Demo'));
  client.close();
  await expect(client.request('state.get', {})).rejects.toMatchObject({
    code: 'AGENT_UNREACHABLE',
  });
  const other = await library.client(agent);
  await agent.detach();
  await expect(other.request('state.get', {})).rejects.toMatchObject({ code: 'AGENT_UNREACHABLE' });
  await expect(connect(agent.socket)).rejects.toMatchObject({ code: 'AGENT_UNREACHABLE' });
});

test('whoever stops the agent gets the reports before the connection ends', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const client = await library.client(agent);
  await client.request('machine.create', machineRequest('Demo'));
  await client.request('machine.start', { machine: 'Demo', cold: false });
  expect(await client.request('agent.stop', { reason: 'quit' })).toMatchObject([
    { name: 'Demo', status: 'suspended' },
  ]);
  await agent.ended;
  await library.start();
});

test('a subscriber that does not read costs one state, and gets the newest when it does', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const slow = await rawClient(agent.socket);
  await slow.send(
    '{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"kinds":["state"]}}\n',
  );
  await slow.next();
  slow.socket.pause();
  // Larger than what the kernel holds for a socket, after a few states.
  const names = Array.from({ length: 40 }, (_, index) => `${'x'.repeat(150)}${index}`);
  for (const name of names) await agent.handle['machine.create'](machineRequest(name));
  for (let round = 0; round < 30; round++) {
    await agent.handle['machine.set']({ machine: names[0] ?? '', changes: { cpus: round + 1 } });
    await new Promise((resolve) => agent.on('state', resolve));
  }
  const { revision } = agent.state();
  slow.socket.resume();
  const seen: number[] = [];
  while (seen.at(-1) !== revision) {
    const event = await slow.next();
    if (event === undefined) break;
    seen.push((event as { params: AppState }).params.revision);
  }
  slow.socket.destroy();
  expect(seen.at(-1)).toBe(revision);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.length).toBeLessThan(revision - 10);
});

test('a running agent is found by its library, one that is gone is not', async () => {
  await using library = await tempLibrary();
  expect(await connectIfRunning(library.path)).toBeUndefined();
  const agent = await library.start();
  const client = await connectIfRunning(library.path);
  expect(await client?.request('state.get', {})).toMatchObject({ agent: { pid: process.pid } });
  client?.close();
  await agent.detach();
  expect(await connectIfRunning(library.path)).toBeUndefined();
  // A record that a killed agent left, and one that points at something that is no socket of ours.
  const record = {
    pid: 1,
    socket: agent.socket,
    version: '0',
    startedAt: new Date().toISOString(),
  };
  const path = join(library.path, '.torpor', 'agent.json');
  await writeFile(path, JSON.stringify(record));
  expect(await connectIfRunning(library.path)).toBeUndefined();
  await writeFile(path, JSON.stringify({ ...record, socket: path }));
  expect(await connectIfRunning(library.path)).toBeUndefined();
});
