import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { MachineConfig } from '../../src/core/config.ts';
import { TorporError } from '../../src/core/errors.ts';
import { exists } from '../../src/core/library/bundle.ts';
import type { Machine } from '../../src/core/machine.ts';
import { canPerform, type InFlightStatus, operations } from '../../src/core/status.ts';
import type { Step } from '../../src/drivers/memory/steps.ts';
import { type MemoryWorld, memoryWorld } from '../support/memory-world.ts';
import { rejection } from '../support/rejection.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** What Machine itself performs, by the name in the transition table. */
const performed = {
  start: (machine) => machine.start(),
  startCold: (machine) => machine.startCold(),
  restore: (machine) => machine.restore(),
  pause: (machine) => machine.pause(),
  resume: (machine) => machine.resume(),
  suspend: (machine) => machine.suspend('user'),
  requestStop: (machine) => machine.requestStop(),
  forceStop: (machine) => machine.forceStop(),
  discardState: (machine) => machine.discardState(),
  configure: (machine) => machine.configure(withMoreCpus(machine)),
} as const satisfies Record<string, (machine: Machine) => Promise<void>>;

function withMoreCpus({ config }: Machine): MachineConfig {
  return { ...config, hardware: { ...config.hardware, cpus: config.hardware.cpus + 1 } };
}

type Performed = keyof typeof performed;
const all = operations.filter((operation): operation is Performed => operation in performed);

async function machineThatIs(status: 'stopped' | 'running' | 'paused' | 'suspended') {
  const world = await memoryWorld();
  const machine = await world.create();
  if (status !== 'stopped') await machine.start();
  if (status === 'paused') await machine.pause();
  if (status === 'suspended') await machine.suspend('user');
  expect(machine.status).toBe(status);
  return { world, machine };
}

describe('while an operation is in flight', () => {
  test.each<[Performed, Step, 'stopped' | 'running' | 'paused' | 'suspended', InFlightStatus]>([
    ['start', 'start', 'stopped', 'starting'],
    ['startCold', 'start', 'suspended', 'starting'],
    ['restore', 'restore', 'suspended', 'restoring'],
    ['pause', 'pause', 'running', 'pausing'],
    ['resume', 'resume', 'paused', 'resuming'],
    ['suspend', 'save', 'running', 'suspending'],
    ['forceStop', 'end', 'running', 'stopping'],
  ])('%s, every other is refused as busy', async (operation, step, from, via) => {
    const { world, machine } = await machineThatIs(from);
    const gate = world.hypervisor.holdNext(step);
    const done = performed[operation](machine);
    await gate.reached;
    expect(machine.status).toBe(via);
    for (const other of all.filter((name) => !canPerform(name, via))) {
      const error = await rejection(performed[other](machine));
      expect([other, error.code]).toEqual([other, 'BUSY']);
    }
    expect(machine.status).toBe(via);
    expect(machine.problem).toBeUndefined();
    gate.release();
    await done;
  });

  test.each(['discardState', 'configure'] as const)(
    '%s, which the status does not show, every other is refused as busy',
    async (operation) => {
      const { machine } = await machineThatIs('suspended');
      const done = performed[operation](machine);
      for (const other of ['restore', 'startCold', 'discardState', 'configure'] as const) {
        const error = await rejection(performed[other](machine));
        expect([other, error.code]).toEqual([other, 'BUSY']);
      }
      await done;
      await machine.startCold();
      expect(machine.status).toBe('running');
    },
  );

  test('many starts at once start one guest', async () => {
    const { world, machine } = await machineThatIs('stopped');
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => machine.start()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(world.hypervisor.guests.size).toBe(1);
  });

  test('waiting until it is settled ends with it', async () => {
    const { world, machine } = await machineThatIs('running');
    const gate = world.hypervisor.holdNext('save');
    const done = machine.suspend('user');
    await gate.reached;
    const settled = machine.settled();
    gate.release();
    await settled;
    expect(machine.status).toBe('suspended');
    await done;
  });
});

describe('a guest that ends by itself', () => {
  test('leaves a stopped machine without its memory', async () => {
    const { world, machine } = await machineThatIs('running');
    world.hypervisor.shutDown(machine.config.id);
    expect(machine.status).toBe('stopped');
    await vi.waitFor(async () => expect(await exists(machine.bundle.files.state)).toBe(false));
    expect(machine.problem).toBeUndefined();
  });

  test('has its memory cleared before the next guest has any', async () => {
    const { world, machine } = await machineThatIs('running');
    world.hypervisor.shutDown(machine.config.id);
    await machine.start();
    await setImmediate();
    expect(await exists(machine.bundle.files.memory)).toBe(true);
    await machine.suspend('user');
    await machine.restore();
    expect(world.errors).toEqual([]);
  });

  test('keeps its memory when it was not meant to end, until the machine starts again', async () => {
    const { world, machine } = await machineThatIs('running');
    const told = vi.fn();
    machine.on('problem', told);
    world.hypervisor.kill(machine.config.id);
    expect(machine.status).toBe('stopped');
    expect(told).toHaveBeenCalledOnce();
    expect(await exists(machine.bundle.files.memory)).toBe(true);
  });

  test('in the moment of its start is noticed', async () => {
    const { world, machine } = await machineThatIs('suspended');
    const gate = world.hypervisor.holdNext('resume');
    const restoring = machine.restore();
    await gate.reached;
    gate.release();
    // After the guest went on and before the machine holds it: files are cleaned up in between.
    await vi.waitFor(() => expect(world.guestOf(machine).running).toBe(true), { interval: 0 });
    world.hypervisor.kill(machine.config.id);
    await restoring;
    await vi.waitFor(() => expect(machine.status).toBe('stopped'));
    expect(machine.problem?.code).toBe('GUEST_ENDED');
  });

  test('that halts is shown as paused, and goes on when it is resumed', async () => {
    const { world, machine } = await machineThatIs('running');
    const changed = vi.fn();
    machine.on('changed', changed);
    world.hypervisor.halt(machine.config.id);
    expect(changed).toHaveBeenCalled();
    expect(machine.status).toBe('paused');
    await machine.resume();
    expect(machine.status).toBe('running');
  });
});

describe('stopping', () => {
  async function deaf() {
    const found = await machineThatIs('running');
    found.world.guestOf(found.machine).listensToPowerButton = false;
    return found;
  }

  function expectToRunOn({ guestOf }: MemoryWorld, machine: Machine): void {
    expect(machine.status).toBe('running');
    expect(guestOf(machine).running).toBe(true);
  }

  test('by request gives up at the deadline, and the guest runs on', async () => {
    const { world, machine } = await deaf();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const stopping = rejection(machine.requestStop());
    await vi.advanceTimersByTimeAsync(machine.config.policy.stopDeadlineSeconds * 1000 - 1);
    expect(machine.status).toBe('stopping');
    await vi.advanceTimersByTimeAsync(1);
    const error = await stopping;
    expect(error.code).toBe('TIMED_OUT');
    expect(error.message).toBe('“Sample” did not stop within 60 seconds and runs on.');
    expectToRunOn(world, machine);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('by request can be cancelled, and the guest runs on', async () => {
    const { world, machine } = await deaf();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const gate = world.hypervisor.holdNext('requestStop');
    const stopping = rejection(machine.requestStop());
    await gate.reached;
    gate.release();
    expect(machine.progress).toMatchObject({ status: 'stopping', cancellable: true });
    expect(machine.cancel()).toBe(true);
    expect((await stopping).code).toBe('CANCELLED');
    expectToRunOn(world, machine);
    expect(machine.problem).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('by request can be cancelled before it has begun', async () => {
    const { world, machine } = await deaf();
    const stopping = rejection(machine.requestStop());
    machine.cancel();
    expect((await stopping).code).toBe('CANCELLED');
    expectToRunOn(world, machine);
  });

  test('by force ends a guest that is asked to stop and does not', async () => {
    const { world, machine } = await deaf();
    const stopping = rejection(machine.requestStop());
    await machine.forceStop();
    expect((await stopping).code).toBe('CANCELLED');
    expect(machine.status).toBe('stopped');
    expect(world.hypervisor.guests.size).toBe(0);
  });

  test('by force, asked for twice, is done once', async () => {
    const { world, machine } = await machineThatIs('running');
    const gate = world.hypervisor.holdNext('end');
    const first = machine.forceStop();
    await gate.reached;
    const second = machine.forceStop();
    gate.release();
    await Promise.all([first, second]);
    expect(machine.status).toBe('stopped');
  });

  test('by request of a hypervisor that cannot ask fails at once', async () => {
    const world = await memoryWorld();
    const reason = { code: 'CAPABILITY_MISSING', message: 'It has no power button.' } as const;
    const machine = await world.create({}, { missing: { requestStop: reason } });
    await machine.start();
    expect(await rejection(machine.requestStop())).toMatchObject(reason);
    expectToRunOn(world, machine);
  });

  test('by request fails when the hypervisor does', async () => {
    const { world, machine } = await machineThatIs('running');
    const failure = new TorporError('HYPERVISOR_FAILED', 'It failed.');
    world.hypervisor.failNext('requestStop', failure);
    expect(await rejection(machine.requestStop())).toBe(failure);
    expectToRunOn(world, machine);
  });
});

describe('a machine', () => {
  test('whose configuration is refused keeps the one it has, and is not broken by it', async () => {
    const { machine } = await machineThatIs('stopped');
    const { config } = machine;
    const error = await rejection(machine.configure({ ...config, name: '' }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(machine.config).toEqual(config);
    expect(machine.problem).toBeUndefined();
  });

  test('whose guest cannot be asked for is broken until it can, and starts no other', async () => {
    const { world, machine } = await machineThatIs('running');
    world.hypervisor.failNext('adopt', new TorporError('HYPERVISOR_DISCONNECTED', 'No answer.'));
    const later = await world.crash(machine);
    expect(later.status).toBe('broken');
    expect(later.problem?.code).toBe('HYPERVISOR_DISCONNECTED');
    expect((await rejection(later.start())).code).toBe('MACHINE_BROKEN');
    await later.refresh();
    expect(later.status).toBe('running');
  });

  test('tells the guest the time after it was away, and does not mind when nobody listens', async () => {
    const { world, machine } = await machineThatIs('suspended');
    const before = Date.now();
    await machine.restore();
    await vi.waitFor(() => expect(world.guestOf(machine).clock).toBeGreaterThanOrEqual(before));
    const failure = new TorporError('TIMED_OUT', 'Nobody answers.');
    world.hypervisor.failNext('setClock', failure);
    await machine.pause();
    await machine.resume();
    await vi.waitFor(() => expect(world.errors).toEqual([failure]));
    expect(machine.status).toBe('running');
    expect(machine.problem).toBeUndefined();
  });

  test('remembers a failure until the next operation, and forgets a refused click', async () => {
    const { world, machine } = await machineThatIs('running');
    world.hypervisor.failNext('pause', new TorporError('HYPERVISOR_FAILED', 'It failed.'));
    await rejection(machine.pause());
    await rejection(machine.resume());
    expect(machine.problem?.code).toBe('HYPERVISOR_FAILED');
    await machine.pause();
    expect(machine.problem).toBeUndefined();
  });
});
