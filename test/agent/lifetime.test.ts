import { rename, rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { TorporError } from '../../src/core/errors.ts';
import { machineWhere, statusesOf } from '../support/agent-state.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

async function running(agent: Agent, name: string, policy = {}): Promise<string> {
  const { id } = await agent.handle['machine.create'](machineRequest(name, { policy }));
  await agent.handle['machine.start']({ machine: name, cold: false });
  return id;
}

test('a machine that ran at the quit goes on after the next start with the same memory', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  const id = await running(first, 'Demo');
  const nonce = library.hypervisor.guestOf(id).nonce();

  const reports = await first.stop('quit');
  expect(reports).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
  expect(reports[0]?.bytes).toBeGreaterThan(0);
  expect(library.hypervisor.guests.size).toBe(0);

  const second = await library.start();
  await second.launched;
  expect(statusesOf(second.state())).toEqual({ Demo: 'running' });
  expect(library.hypervisor.guestOf(id).nonce()).toBe(nonce);
});

test('machines are saved as many at a time as the bound says, and one that fails keeps none back', async () => {
  await using library = await tempLibrary();
  const agent = await library.start({ concurrency: 2 });
  for (const name of ['A', 'B', 'C', 'D']) await running(agent, name);
  const gates = ['A', 'B'].map(() => library.hypervisor.holdNext('save'));

  const stopped = agent.handle['machine.suspendAll']({ reason: 'user' });
  await Promise.all(gates.map((gate) => gate.reached));
  expect(statusesOf(agent.state())).toEqual({
    A: 'suspending',
    B: 'suspending',
    C: 'running',
    D: 'running',
  });
  library.hypervisor.failNext('save', new TorporError('NO_SPACE', 'The volume is full.'));
  for (const gate of gates) gate.release();

  const reports = await stopped;
  expect(reports.map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D']);
  const failed = reports.filter(({ problem }) => problem !== undefined);
  expect(failed).toMatchObject([{ status: 'running', problem: { code: 'NO_SPACE' } }]);
  expect(reports.filter(({ status }) => status === 'suspended')).toHaveLength(3);
});

test('what becomes of a machine at the end is what its policy says', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await running(agent, 'ask', { onQuit: 'ask' });
  const kept = await running(agent, 'keep', { onQuit: 'keepRunning' });
  await running(agent, 'stop', { onQuit: 'stop' });
  const deaf = await running(agent, 'stop but deaf', { onQuit: 'stop', stopDeadlineSeconds: 1 });
  library.hypervisor.guestOf(deaf).listensToPowerButton = false;

  const reports = await agent.stop('quit');
  expect(Object.fromEntries(reports.map(({ name, status }) => [name, status]))).toEqual({
    ask: 'suspended',
    keep: 'running',
    stop: 'stopped',
    'stop but deaf': 'suspended',
  });
  expect([...library.hypervisor.guests.keys()]).toEqual([kept]);

  const next = await library.start({ restoreOnLaunch: false });
  expect(statusesOf(next.state())).toMatchObject({ keep: 'running', ask: 'suspended' });
});

test('only what ran at the end comes back, the most recently used first', async () => {
  await using library = await tempLibrary();
  const first = await library.start({ concurrency: 1 });
  await running(first, 'older');
  await running(first, 'newer');
  await running(first, 'left', { onLaunch: 'leaveSuspended' });
  await running(first, 'asks', { onLaunch: 'ask' });
  await running(first, 'by hand');
  await running(first, 'paused');
  await first.handle['machine.suspend']({ machine: 'by hand', reason: 'user' });
  await first.handle['machine.pause']({ machine: 'paused' });
  // Saved one after the other, in the library's order; so “older” is the last one used.
  await first.stop('shutdown');

  const gate = library.hypervisor.holdNext('restore');
  const second = await library.start({ concurrency: 1 });
  const notices: string[] = [];
  second.on('notice', ({ problem }) => notices.push(problem.code));
  await gate.reached;
  expect(statusesOf(second.state())).toMatchObject({ older: 'restoring', newer: 'suspended' });
  gate.release();
  await second.launched;
  expect(notices).toEqual(['STATE_LEFT']);
  expect(statusesOf(second.state())).toEqual({
    older: 'running',
    newer: 'running',
    left: 'suspended',
    asks: 'suspended',
    'by hand': 'suspended',
    paused: 'suspended',
  });
});

test('a machine that cannot come back stays suspended and keeps no other from coming back', async () => {
  await using library = await tempLibrary();
  const first = await library.start({ concurrency: 1 });
  await running(first, 'A');
  await running(first, 'B');
  await first.stop('quit');

  library.hypervisor.failNext('restore', new Error('no such luck'));
  const second = await library.start({ concurrency: 1 });
  await second.launched;
  const statuses = Object.values(statusesOf(second.state())).sort();
  expect(statuses).toEqual(['running', 'suspended']);
  const failed = await machineWhere(second, 'B', ({ status }) => status === 'suspended');
  expect(failed.problem).toMatchObject({ code: 'RESUME_FAILED' });
});

test('an agent that ends without a word leaves guests that the next one finds', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  const id = await running(first, 'Demo');
  const nonce = library.hypervisor.guestOf(id).nonce();
  await first.detach();

  const second = await library.start();
  expect(statusesOf(second.state())).toEqual({ Demo: 'running' });
  await second.handle['machine.suspend']({ machine: 'Demo', reason: 'user' });
  await second.handle['machine.resume']({ machine: 'Demo' });
  expect(library.hypervisor.guestOf(id).nonce()).toBe(nonce);
});

test('a library has one agent at a time', async () => {
  await using library = await tempLibrary();
  await library.start();
  await expect(library.start()).rejects.toMatchObject({
    code: 'LIBRARY_IN_USE',
    details: { pid: process.pid },
  });
});

test('an agent that cannot serve lets go of the library', async () => {
  await using library = await tempLibrary();
  await expect(library.start({ runBase: `/tmp/${'x'.repeat(120)}` })).rejects.toMatchObject({
    code: 'PATH_TOO_LONG',
  });
  await library.start();
});

test('whoever asks for the end while it is under way gets the same reports', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await running(agent, 'Demo');
  const gate = library.hypervisor.holdNext('written');
  const first = agent.stop('quit');
  await gate.reached;
  const second = agent.stop('shutdown');
  const byClient = agent.handle['agent.stop']({ reason: 'user' });
  expect(agent.state().agent.phase).toBe('ending');
  gate.release();
  const reports = await first;
  expect(reports).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
  expect(await second).toBe(reports);
  expect(await byClient).toBe(reports);
  expect(await agent.ended).toBe(reports);
});

test('a machine in flight is waited for and then saved', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  const gate = library.hypervisor.holdNext('start');
  const started = agent.handle['machine.start']({ machine: 'Demo', cold: false });
  await gate.reached;
  const stopped = agent.stop('quit');
  gate.release();
  await started;
  expect(await stopped).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
});

test('a suspension that a person asked for is not begun a second time at the end', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await running(agent, 'Demo');
  const gate = library.hypervisor.holdNext('save');
  const suspended = agent.handle['machine.suspend']({ machine: 'Demo', reason: 'user' });
  await gate.reached;
  const stopped = agent.stop('quit');
  gate.release();
  await suspended;
  expect(await stopped).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
  const next = await library.start();
  expect(next.state().machines).toMatchObject([{ savedState: { reason: 'user' } }]);
});

test('nothing begins any more while the agent ends', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await running(agent, 'Demo');
  await agent.handle['machine.create'](machineRequest('Other'));
  const gate = library.hypervisor.holdNext('save');
  const stopped = agent.stop('quit');
  await gate.reached;
  const start = agent.handle['machine.start']({ machine: 'Other', cold: false });
  await expect(start).rejects.toMatchObject({ code: 'BUSY' });
  await expect(agent.handle['machine.create'](machineRequest('New'))).rejects.toMatchObject({
    code: 'BUSY',
  });
  gate.release();
  await stopped;
});

test('what is not saved at the deadline runs on, and the report says so', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const id = await running(agent, 'Demo');
  const gate = library.hypervisor.holdNext('save');
  const reports = await agent.stop('shutdown', { deadlineSeconds: 0.05 });
  gate.release();
  expect(reports).toMatchObject([{ status: 'running', problem: { code: 'TIMED_OUT' } }]);
  expect(library.hypervisor.guestOf(id).running).toBe(true);
  const next = await library.start();
  expect(statusesOf(next.state())).toEqual({ Demo: 'running' });
});

test('an agent that cannot listen lets go of the library and of the guests in it', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  const id = await running(first, 'Demo');
  const { socket } = first;
  await first.detach();
  await writeFile(socket, 'something that is in the way');
  await expect(library.start()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  expect(library.hypervisor.guestOf(id).running).toBe(true);
  await rm(socket);
  const next = await library.start();
  expect(statusesOf(next.state())).toEqual({ Demo: 'running' });
});

test('while nobody can say whether a guest is there, no other one is started', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  const id = await running(first, 'Demo');
  await first.detach();
  library.hypervisor.failNext('adopt', new TorporError('HYPERVISOR_DISCONNECTED', 'No answer.'));
  const next = await library.start();
  expect(next.state().machines).toMatchObject([
    { status: 'broken', problem: { code: 'HYPERVISOR_DISCONNECTED' } },
  ]);
  const start = next.handle['machine.start']({ machine: 'Demo', cold: true });
  await expect(start).rejects.toMatchObject({ code: 'MACHINE_BROKEN' });
  // The next look asks again.
  const { machines } = await next.handle['state.get']({});
  expect(machines).toMatchObject([{ id, status: 'running' }]);
});

test('a library whose volume went away is told about once, and its guests run on', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await running(agent, 'Demo');
  const notices: unknown[] = [];
  agent.on('notice', (notice) => notices.push(notice));
  await rename(library.path, `${library.path}-elsewhere`);
  for (let look = 0; look < 3; look++) {
    const { machines } = await agent.handle['state.get']({});
    expect(machines).toMatchObject([{ name: 'Demo', status: 'running' }]);
  }
  expect(notices).toMatchObject([{ machine: null, problem: { code: 'LIBRARY_UNAVAILABLE' } }]);
  await rename(`${library.path}-elsewhere`, library.path);
  expect(await agent.stop('quit')).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
});
