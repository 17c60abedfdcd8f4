import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import type { Step } from '../../src/drivers/memory/steps.ts';
import { statusesOf } from '../support/agent-state.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../support/temp-library.ts';

// The table of outcomes in docs/architecture.md, row by row.

const machine = 'Demo';
const suspend = (agent: Agent) => agent.handle['machine.suspend']({ machine, reason: 'user' });
const resume = (agent: Agent) => agent.handle['machine.resume']({ machine });
const start = (agent: Agent) => agent.handle['machine.start']({ machine, cold: false });
const cancel = (agent: Agent) => agent.handle['machine.cancel']({ machine });
const statusOf = (agent: Agent) => statusesOf(agent.state())[machine];

/** An agent with a guest that runs, and what it will take to tell that guest from any other. */
async function withGuest(library: TempLibrary) {
  const agent = await library.start();
  const { id } = await agent.handle['machine.create'](machineRequest(machine));
  await start(agent);
  const guest = () => library.hypervisor.guestOf(id);
  return { agent, guest, nonce: guest().nonce() };
}

/** What `work` has come to: it failed with a code, or not. It may fail before anybody awaits this. */
function resultOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error) => error.code,
  );
}

/** `work`, once it has come to `step`, where it waits until it is released. */
async function heldAt(library: TempLibrary, step: Step, work: () => Promise<unknown>) {
  const gate = library.hypervisor.holdNext(step);
  const result = resultOf(work());
  await gate.reached;
  return { result, release: gate.release };
}

describe('while it is being suspended', () => {
  test.each(['save', 'written'] as const)('cancelled at “%s”: the guest runs on', async (step) => {
    await using library = await tempLibrary();
    const { agent, guest, nonce } = await withGuest(library);
    const { result } = await heldAt(library, step, () => suspend(agent));
    expect(await cancel(agent)).toEqual({ cancelled: true });
    expect(await result).toBe('CANCELLED');
    expect(guest()).toMatchObject({ running: true });
    expect(guest().nonce()).toBe(nonce);
  });

  test.each([
    ['resume', resume],
    ['start', start],
  ])('%s cancels that, and the guest goes on', async (_what, ask) => {
    await using library = await tempLibrary();
    const { agent, guest, nonce } = await withGuest(library);
    const { result } = await heldAt(library, 'save', () => suspend(agent));
    expect(await ask(agent)).toMatchObject({ status: 'running' });
    expect(await result).toBe('CANCELLED');
    expect(guest().nonce()).toBe(nonce);
  });

  test('resume makes a guest run that a person had paused', async () => {
    await using library = await tempLibrary();
    const { agent, guest } = await withGuest(library);
    await agent.handle['machine.pause']({ machine });
    await heldAt(library, 'save', () => suspend(agent));
    await resume(agent);
    expect(guest()).toMatchObject({ running: true, pausedByPerson: false });
  });

  test('resume that comes too late to cancel brings the guest back from its state', async () => {
    await using library = await tempLibrary();
    const { agent, guest, nonce } = await withGuest(library);
    const { result, release } = await heldAt(library, 'end', () => suspend(agent));
    const resumed = resume(agent);
    release();
    expect(await result).toBe('done');
    expect(await resumed).toMatchObject({ status: 'running' });
    expect(guest().nonce()).toBe(nonce);
  });

  test('a second suspend joins the first, also when that fails', async () => {
    await using library = await tempLibrary();
    const { agent } = await withGuest(library);
    const failing = await heldAt(library, 'save', () => suspend(agent));
    const joined = resultOf(suspend(agent));
    library.hypervisor.failNext('save', new Error('the disk is on fire'));
    failing.release();
    expect(await failing.result).toBe('SUSPEND_FAILED');
    expect(await joined).toBe('SUSPEND_FAILED');

    const { result, release } = await heldAt(library, 'save', () => suspend(agent));
    const second = resultOf(suspend(agent));
    release();
    expect([await result, await second, statusOf(agent)]).toEqual(['done', 'done', 'suspended']);
  });

  test('cancelling cancels whoever joined too', async () => {
    await using library = await tempLibrary();
    const { agent } = await withGuest(library);
    const { result } = await heldAt(library, 'save', () => suspend(agent));
    const joined = resultOf(suspend(agent));
    await nextTurn();
    await cancel(agent);
    expect([await result, await joined, statusOf(agent)]).toEqual([
      'CANCELLED',
      'CANCELLED',
      'running',
    ]);
  });

  test('resume, and then suspend again: the last word counts', async () => {
    await using library = await tempLibrary();
    const { agent, nonce, guest } = await withGuest(library);
    const { result } = await heldAt(library, 'save', () => suspend(agent));
    const resumed = resultOf(resume(agent));
    const again = resultOf(suspend(agent));
    expect([await result, await resumed, await again]).toEqual(['CANCELLED', 'CANCELLED', 'done']);
    expect(statusOf(agent)).toBe('suspended');
    await resume(agent);
    expect(guest().nonce()).toBe(nonce);
  });

  test.each([
    ['stop', (agent: Agent) => agent.handle['machine.stop']({ machine, force: false })],
    ['stop --force', (agent: Agent) => agent.handle['machine.stop']({ machine, force: true })],
    ['delete', (agent: Agent) => agent.handle['machine.delete']({ machine, permanently: true })],
    ['pause', (agent: Agent) => agent.handle['machine.pause']({ machine })],
    ['start --cold', (agent: Agent) => agent.handle['machine.start']({ machine, cold: true })],
    ['discard-state', (agent: Agent) => agent.handle['machine.discardState']({ machine })],
  ])('%s is refused, and the suspension goes on', async (_what, ask) => {
    await using library = await tempLibrary();
    const { agent } = await withGuest(library);
    const { result, release } = await heldAt(library, 'save', () => suspend(agent));
    expect(await resultOf(ask(agent))).toBe('BUSY');
    release();
    expect([await result, statusOf(agent)]).toEqual(['done', 'suspended']);
  });

  test('quitting waits for it, and a resume is refused meanwhile', async () => {
    await using library = await tempLibrary();
    const { agent } = await withGuest(library);
    const { result, release } = await heldAt(library, 'save', () => suspend(agent));
    const quits = [agent.stop('quit'), agent.stop('quit')];
    expect(await resultOf(resume(agent))).toBe('BUSY');
    release();
    expect(await result).toBe('done');
    const [first, second] = await Promise.all(quits);
    expect(first).toMatchObject([{ status: 'suspended' }]);
    expect(second).toBe(first);
  });
});

describe('while it is coming back', () => {
  async function comingBack(library: TempLibrary) {
    const { agent, ...rest } = await withGuest(library);
    await suspend(agent);
    return { ...rest, agent, ...(await heldAt(library, 'restore', () => resume(agent))) };
  }

  test('cancelled: the state is whole, and can be resumed', async () => {
    await using library = await tempLibrary();
    const { agent, result, guest, nonce } = await comingBack(library);
    expect(await cancel(agent)).toEqual({ cancelled: true });
    expect([await result, statusOf(agent)]).toEqual(['CANCELLED', 'suspended']);
    await resume(agent);
    expect(guest().nonce()).toBe(nonce);
  });

  test('suspend waits for it, and then suspends', async () => {
    await using library = await tempLibrary();
    const { agent, result, release, guest, nonce } = await comingBack(library);
    const suspended = suspend(agent);
    release();
    expect(await result).toBe('done');
    expect(await suspended).toMatchObject({ status: 'suspended' });
    await resume(agent);
    expect(guest().nonce()).toBe(nonce);
  });

  test('suspend has what it wants when coming back fails', async () => {
    await using library = await tempLibrary();
    const { agent, result, release } = await comingBack(library);
    const suspended = suspend(agent);
    library.hypervisor.failNext('restore', new Error('no such luck'));
    release();
    expect(await result).toBe('RESUME_FAILED');
    expect(await suspended).toMatchObject({ status: 'suspended' });
  });

  test('suspend, and then resume again: it stays running', async () => {
    await using library = await tempLibrary();
    const { agent, result, release } = await comingBack(library);
    const suspended = resultOf(suspend(agent));
    await nextTurn();
    const resumed = resultOf(resume(agent));
    await nextTurn();
    release();
    expect([await result, await suspended, await resumed]).toEqual(['done', 'CANCELLED', 'done']);
    expect(statusOf(agent)).toBe('running');
  });

  test('a second resume joins the first', async () => {
    await using library = await tempLibrary();
    const { agent, result, release } = await comingBack(library);
    const second = resultOf(resume(agent));
    release();
    expect([await result, await second, statusOf(agent)]).toEqual(['done', 'done', 'running']);
  });

  test('a second resume fails as the first does', async () => {
    await using library = await tempLibrary();
    const { agent, result, release } = await comingBack(library);
    const second = resultOf(resume(agent));
    library.hypervisor.failNext('restore', new Error('no such luck'));
    release();
    expect([await result, await second]).toEqual(['RESUME_FAILED', 'RESUME_FAILED']);
    expect(statusOf(agent)).toBe('suspended');
  });

  test.each([
    ['stop', (agent: Agent) => agent.handle['machine.stop']({ machine, force: true })],
    ['delete', (agent: Agent) => agent.handle['machine.delete']({ machine, permanently: true })],
  ])('%s is refused', async (_what, ask) => {
    await using library = await tempLibrary();
    const { agent, result, release } = await comingBack(library);
    expect(await resultOf(ask(agent))).toBe('BUSY');
    release();
    expect(await result).toBe('done');
  });

  test('quitting waits for it, and then suspends it as something that ran', async () => {
    await using library = await tempLibrary();
    const { agent, result, release } = await comingBack(library);
    const quits = [agent.stop('quit'), agent.stop('quit')];
    release();
    expect(await result).toBe('done');
    const [first, second] = await Promise.all(quits);
    expect(first).toMatchObject([{ status: 'suspended' }]);
    expect(second).toBe(first);
    const next = await library.start();
    await next.launched;
    expect(statusOf(next)).toBe('running');
  });

  test('a suspend that waits gives way to a quit', async () => {
    await using library = await tempLibrary();
    const { agent, release } = await comingBack(library);
    const waiting = resultOf(suspend(agent));
    await nextTurn();
    const reports = agent.stop('quit');
    release();
    expect(await reports).toMatchObject([{ status: 'suspended' }]);
    expect((await reports)[0]?.problem).toBeUndefined();
    expect(await waiting).toBe('CANCELLED');
  });
});
