import { describe, expect, test } from 'vitest';
import { createMemoryDriver } from '../../../src/drivers/memory/driver.ts';
import { createMemoryHypervisor } from '../../../src/drivers/memory/hypervisor.ts';
import { createSteps } from '../../../src/drivers/memory/steps.ts';
import { memoryWorld } from '../../support/memory-world.ts';

/** What tests rely on when they use the driver; that it is one is for the conformance suite. */
describe('the steps that a test can break', () => {
  test('fail as often as was asked, with the very error, and then go on', async () => {
    const steps = createSteps();
    const first = new Error('first');
    const second = new Error('second');
    steps.failNext('save', first);
    steps.failNext('save', second);
    await steps.pass('end');
    await expect(steps.pass('save')).rejects.toBe(first);
    await expect(steps.pass('save')).rejects.toBe(second);
    await steps.pass('save');
  });

  test('wait at their gate, those that come later do not, and fail after it', async () => {
    const steps = createSteps();
    const gate = steps.holdNext('save');
    const first = steps.pass('save');
    await gate.reached;
    await steps.pass('save');
    steps.failNext('save', new Error('after the gate'));
    gate.release();
    await expect(first).rejects.toThrow('after the gate');
  });

  test('leave their gate when they are told to end', async () => {
    const steps = createSteps();
    const controller = new AbortController();
    const gate = steps.holdNext('save');
    const passing = steps.pass('save', controller.signal);
    await gate.reached;
    controller.abort(new Error('enough'));
    await expect(passing).rejects.toThrow('enough');
    await expect(steps.pass('save', controller.signal)).rejects.toThrow('enough');
  });
});

describe('the driver', () => {
  test('says what it was told to lack', async () => {
    const problem = { code: 'HYPERVISOR_UNAVAILABLE', message: 'None here.' } as const;
    const { available, ...rest } = await createMemoryDriver({
      unavailable: problem,
    }).availability();
    expect(available).toBe(false);
    expect(rest).toMatchObject({ problem });
  });

  test('has guests that count with the clock of their host', async () => {
    let now = 0;
    const hypervisor = createMemoryHypervisor({ now: () => now });
    const guest = hypervisor.create('id', { memory: new Uint8Array(4096), counter: 5 });
    expect(guest.counter()).toBe(5);
    guest.running = true;
    now = 100;
    expect(guest.counter()).toBe(105);
    guest.running = false;
    now = 200;
    expect(guest.counter()).toBe(105);
    expect(() => hypervisor.guestOf('another')).toThrow('no guest');
  });

  test('forgets an agent that died, and tells only the one that came after it', async () => {
    const { crash, create, hypervisor } = await memoryWorld();
    const machine = await create();
    await machine.start();
    const later = await crash(machine);
    hypervisor.kill(machine.config.id);
    expect(later.status).toBe('stopped');
    expect(later.problem?.code).toBe('GUEST_ENDED');
    expect(machine.problem).toBeUndefined();
  });
});
