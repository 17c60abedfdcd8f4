import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { createMemoryDriver, type MemoryDriverOptions } from '../../src/drivers/memory/driver.ts';
import { clockByHand } from '../support/clock-by-hand.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

async function running(missing: MemoryDriverOptions['missing'] = {}) {
  const library = await tempLibrary();
  onTestFinished(() => library[Symbol.asyncDispose]());
  const time = clockByHand();
  const driver = createMemoryDriver({ hypervisor: library.hypervisor, missing });
  const agent = await library.start({
    idleClock: time.clock,
    drivers: new Map([['memory', driver]]),
  });
  const { id } = await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: id, cold: false });
  return { agent, id, ...time, hypervisor: library.hypervisor };
}

const setIdle = (agent: Agent, minutes: number | null) =>
  agent.handle['agent.setIdle']({ minutes });
const machineOf = (agent: Agent) => agent.state().machines[0];

test('a guest that nobody uses is suspended after the minutes, and the record says why', async () => {
  const { agent, minutes } = await running();
  await setIdle(agent, 10);
  await minutes(10);
  expect(machineOf(agent)?.status).toBe('running');
  await minutes(1);
  await vi.waitFor(() => expect(machineOf(agent)?.status).toBe('suspended'));
  expect(machineOf(agent)?.savedState?.reason).toBe('idle');
});

test('what it does, what is typed to it, and a person at its display keep it running', async () => {
  const { agent, id, minutes, hypervisor } = await running();
  await setIdle(agent, 3);
  await minutes(3);
  hypervisor.guestOf(id).worked += 30;
  await minutes(3);
  const { socket } = await agent.handle['machine.console']({ machine: id });
  const client = connect(socket);
  client.write('x');
  await once(client, 'data');
  client.destroy();
  await minutes(2);
  await agent.handle['machine.noteInput']({ machine: id });
  await minutes(2);
  expect(machineOf(agent)?.status).toBe('running');
  await minutes(1);
  await vi.waitFor(() => expect(machineOf(agent)?.status).toBe('suspended'));
});

test('a machine that stands is left alone, and begins anew when it goes on', async () => {
  const { agent, id, minutes } = await running();
  await setIdle(agent, 2);
  await minutes(2);
  await agent.handle['machine.pause']({ machine: id });
  await minutes(5);
  await agent.handle['machine.resume']({ machine: id });
  await vi.waitFor(() => expect(machineOf(agent)?.status).toBe('running'));
  await minutes(2);
  expect(machineOf(agent)?.status).toBe('running');
});

test('nothing ticks unless it is wanted, and a guest is there that can tell', async () => {
  const { agent, id, isTicking } = await running();
  expect(isTicking()).toBe(false);
  await setIdle(agent, 10);
  expect(isTicking()).toBe(true);
  await setIdle(agent, null);
  expect(isTicking()).toBe(false);
  await setIdle(agent, 10);
  await agent.handle['machine.stop']({ machine: id, force: true });
  await vi.waitFor(() => expect(isTicking()).toBe(false));

  const mute = await running({ activity: { code: 'CAPABILITY_MISSING', message: 'It is mute.' } });
  await setIdle(mute.agent, 10);
  expect(mute.isTicking()).toBe(false);
});

test('one that cannot be suspended runs on, says why, and is tried again only later', async () => {
  const { agent, id, minutes, hypervisor } = await running();
  await setIdle(agent, 2);
  hypervisor.failNext('save', new Error('It will not.'));
  await minutes(3);
  await vi.waitFor(() => expect(machineOf(agent)?.problem?.code).toBe('SUSPEND_FAILED'));
  expect(machineOf(agent)?.status).toBe('running');
  await minutes(2);
  expect(machineOf(agent)?.status).toBe('running');
  await minutes(1);
  await vi.waitFor(() => expect(machineOf(agent)?.status).toBe('suspended'));
  expect(hypervisor.guests.has(id)).toBe(false);
});
