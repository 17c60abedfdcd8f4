import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import type { Notice } from '../../src/contract/requests.ts';
import type { Policy } from '../../src/core/config.ts';
import { TorporError } from '../../src/core/errors.ts';
import type { Host } from '../../src/core/host.ts';
import { createHost } from '../../src/storage/host.ts';
import { clockByHand } from '../support/clock-by-hand.ts';
import { fakeKeys } from '../support/fake-keys.ts';
import { rejection } from '../support/rejection.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

const day = 24 * 60 * 60 * 1000;

async function suspended(policy: Partial<Policy> = {}) {
  const library = await tempLibrary();
  onTestFinished(() => library[Symbol.asyncDispose]());
  const time = clockByHand();
  const keys = fakeKeys();
  const gate = gateOf(createHost());
  const start = () => library.start({ compactionClock: time.clock, keys, host: gate.host });
  const agent = await start();
  await agent.handle['machine.create'](machineRequest('Demo', { policy }));
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  await agent.handle['machine.suspend']({ machine: 'Demo', reason: 'user' });
  return { agent, keys, start, gate, ...time };
}

/** Holds a compaction where it looks for what memory holds, until the test lets it go. */
function gateOf(host: Host) {
  const reached = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  let isHeld = false;
  return {
    hold() {
      isHeld = true;
    },
    reached: reached.promise,
    letGo: open.resolve,
    host: {
      ...host,
      async dataExtents(path: string) {
        if (isHeld) {
          reached.resolve();
          await open.promise;
        }
        return host.dataExtents(path);
      },
    },
  };
}

const viewOf = (agent: Agent) => agent.state().machines[0];
const formOf = (agent: Agent) => viewOf(agent)?.savedState?.form;

/** The time of day is another from now on. */
function later(milliseconds: number): void {
  const now = Date.now() + milliseconds;
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now);
}

afterEach(() => {
  vi.useRealTimers();
});

test('a state is compacted when a person asks, and says what it takes then', async () => {
  const { agent } = await suspended();
  const before = viewOf(agent)?.savedState?.bytes ?? 0;
  const outcome = await agent.handle['machine.compact']({ machine: 'Demo' });
  expect(outcome).toMatchObject({ name: 'Demo', status: 'suspended' });
  expect(formOf(agent)).toBe('compacted');
  expect(outcome.bytes).toBe(viewOf(agent)?.savedState?.bytes);
  expect(outcome.bytes).toBeLessThan(before + 8192);
  await agent.handle['machine.resume']({ machine: 'Demo' });
  expect(viewOf(agent)?.status).toBe('running');
});

test('nothing is compacted by itself unless a person sets a period', async () => {
  const { agent, minutes } = await suspended();
  later(1000 * day);
  await minutes(60);
  expect(formOf(agent)).toBeUndefined();
});

test('a state that is older than the period is compacted in the background, a younger one is not', async () => {
  const { agent, minutes } = await suspended();
  later(5 * day);
  await agent.handle['agent.setCompaction']({ days: 6 });
  await minutes(30);
  expect(formOf(agent)).toBeUndefined();
  later(1 * day);
  await minutes(30);
  await vi.waitFor(() => expect(formOf(agent)).toBe('compacted'));
});

test('a state that was to be encrypted and is not yet is encrypted by the next agent', async () => {
  const { agent, start } = await suspended();
  await agent.handle['machine.set']({
    machine: 'Demo',
    changes: { policy: { encryptStates: true } },
  });
  expect(formOf(agent)).toBeUndefined();
  await agent.detach();
  const next = await start();
  await vi.waitFor(() => expect(formOf(next)).toBe('encrypted'));
});

test('a state that cannot be encrypted is told about once', async () => {
  const { agent, keys, minutes, isTicking } = await suspended();
  keys.refuse();
  const notices: Notice[] = [];
  agent.on('notice', (notice) => notices.push(notice));
  await agent.handle['machine.set']({
    machine: 'Demo',
    changes: { policy: { encryptStates: true } },
  });
  await vi.waitFor(() => expect(isTicking()).toBe(true));
  await minutes(20);
  await vi.waitFor(() => expect(notices).toHaveLength(1));
  await minutes(60);
  expect(notices).toHaveLength(1);
  expect(notices[0]?.problem.code).toBe('CAPABILITY_MISSING');
});

const others = {
  resume: (agent: Agent) => agent.handle['machine.resume']({ machine: 'Demo' }),
  rename: (agent: Agent) => agent.handle['machine.rename']({ machine: 'Demo', name: 'Other' }),
  delete: (agent: Agent) => agent.handle['machine.delete']({ machine: 'Demo', permanently: true }),
} as const;

test.each([
  ['resume', 'running'],
  ['rename', 'suspended'],
  ['delete', undefined],
] as const)('a compaction makes way for “%s”, which then succeeds', async (what, status) => {
  const { agent, gate } = await suspended();
  gate.hold();
  const compacting = rejection(agent.handle['machine.compact']({ machine: 'Demo' }));
  await gate.reached;
  await vi.waitFor(() => expect(viewOf(agent)?.compaction).toBeDefined());
  expect(viewOf(agent)?.status).toBe('suspended');
  const other = others[what](agent);
  gate.letGo();
  await other;
  expect((await compacting).code).toBe('CANCELLED');
  expect(viewOf(agent)?.status).toBe(status);
  if (what === 'rename') await agent.handle['machine.resume']({ machine: 'Other' });
});

test('an agent that ends does not wait for a compaction, and the next one goes on with it', async () => {
  const { agent, start, gate } = await suspended();
  gate.hold();
  const compacting = rejection(agent.handle['machine.compact']({ machine: 'Demo' }));
  await gate.reached;
  const ending = agent.stop('quit');
  gate.letGo();
  await ending;
  expect((await compacting).code).toBe('CANCELLED');
  const next = await start();
  await next.handle['machine.compact']({ machine: 'Demo' });
  expect(formOf(next)).toBe('compacted');
});

test('a machine that runs is refused', async () => {
  const { agent } = await suspended();
  await agent.handle['machine.resume']({ machine: 'Demo' });
  const error = await rejection(agent.handle['machine.compact']({ machine: 'Demo' }));
  expect(error).toBeInstanceOf(TorporError);
  expect(error.code).toBe('WRONG_STATUS');
});
