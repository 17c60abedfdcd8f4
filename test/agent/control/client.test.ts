import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../../../src/agent/control/client.ts';
import { connectIfRunning } from '../../../src/agent/running.ts';
import type { AppState } from '../../../src/contract/app-state.ts';
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
  // Who asks for what is being done already waits for it with the other.
  await Promise.all([
    one.request('machine.suspend', { machine: 'Demo', reason: 'user' }),
    two.request('machine.suspend', { machine: 'Demo', reason: 'user' }),
  ]);
  expect((await two.request('state.get', {})).machines).toMatchObject([{ status: 'suspended' }]);
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

test('a running agent is found by its library, one that is gone is not', async () => {
  await using library = await tempLibrary();
  expect(await connectIfRunning(library.path)).toBeUndefined();
  const agent = await library.start();
  const client = await connectIfRunning(library.path);
  expect(await client?.request('state.get', {})).toMatchObject({ agent: { pid: process.pid } });
  client?.close();
  await agent.detach();
  expect(await readdir(join(library.path, '.torpor'))).not.toContain('agent.json');
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
