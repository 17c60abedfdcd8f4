import type { MachineStatus } from '../../src/contract/app-state.ts';
import type { StateMode } from '../../src/core/config.ts';
import type { FaultPoint } from '../../src/core/fault-point.ts';
import type { Fault } from './faults.ts';
import { expectAside, expectCopy, expectGone, expectSurvivor, expectWhole } from './judge.ts';
import type { FaultWorld } from './world.ts';

/** What was so before the fault, and what came of the operation. */
export interface Subject {
  readonly name: string;
  /** In the memory of the guest, wherever that is; undefined when there was none. */
  readonly nonce: string | undefined;
}

export interface Met extends Subject {
  readonly point: FaultPoint;
  readonly fault: Fault;
  /** What the client heard; undefined when it heard of a success or nothing. */
  readonly error: unknown;
  /** Whether somebody was told what happened by the agent that met the fault. */
  readonly isTold: boolean;
}

/** An operation, from a machine that is ready for it to what has to be found of it afterwards. */
export interface Scenario {
  readonly name: string;
  /** Whether there is a guest that could die. */
  readonly withGuest: boolean;
  /** A fault that always happens, for what has to be undone. */
  readonly always?: { readonly point: FaultPoint; readonly fault: Fault };
  /** The status that the same agent has to show when a system call failed at `point`. */
  readonly keeps?: (point: FaultPoint) => MachineStatus;
  prepare(world: FaultWorld, name: string): Promise<Subject>;
  act(world: FaultWorld, name: string): Promise<unknown>;
  /** Checks, with a fresh agent, what became of the machine; says it in a few words. Throws what is wrong. */
  judge(world: FaultWorld, met: Met): Promise<string>;
}

const succeeded = ({ fault, error }: Met): boolean =>
  error === undefined && fault !== 'agent dies' && fault !== 'both die';

const guestDied = ({ fault }: Met): boolean => fault === 'guest dies' || fault === 'both die';

function suspending(stateMode: StateMode): Scenario {
  return {
    name: `suspend (${stateMode})`,
    withGuest: true,
    // What was saved and could not be ended stands still, and says so.
    keeps: (point) => (point === 'suspend.committed' ? 'paused' : 'running'),
    prepare: (world, name) => running(world, name, stateMode),
    act: (world, name) =>
      world.client().request('machine.suspend', { machine: name, reason: 'user' }),
    judge: (world, met) =>
      expectSurvivor(world, met, {
        // Once the manifest is there nothing that dies can take the guest along.
        mayBeLost: guestDied(met) && !isCommitted(met.point),
        must: succeeded(met) && !guestDied(met) ? 'suspended' : undefined,
      }),
  };
}

function resuming(stateMode: StateMode): Scenario {
  return {
    name: `resume (${stateMode})`,
    withGuest: true,
    keeps: () => 'suspended',
    prepare: (world, name) => suspended(world, name, stateMode),
    act: (world, name) => world.client().request('machine.resume', { machine: name }),
    judge: (world, met) =>
      expectSurvivor(world, met, {
        mayBeLost:
          (met.fault === 'guest dies' && hasGoneOn(met.point)) ||
          (met.fault === 'both die' && (met.point === 'consume.renamed' || hasGoneOn(met.point))),
        must: succeeded(met) && !guestDied(met) ? 'runs' : undefined,
      }),
  };
}

const undoing: Scenario = {
  name: 'suspend, undone',
  withGuest: true,
  always: { point: 'commit.flushed', fault: 'EIO' },
  prepare: (world, name) => running(world, name, 'instant'),
  act: (world, name) =>
    world.client().request('machine.suspend', { machine: name, reason: 'user' }),
  judge: (world, met) =>
    // No manifest was written: the guest is all there is.
    expectSurvivor(world, met, { mayBeLost: guestDied(met) }),
};

/** The flush after the rename fails: there is a manifest, and a guest that has not run since. */
const undoingLate: Scenario = {
  ...undoing,
  name: 'suspend, undone with its state there',
  always: { point: 'commit.renamed', fault: 'EIO' },
  judge: (world, met) =>
    expectSurvivor(world, met, {
      mayBeLost:
        (met.fault === 'guest dies' && hasGoneOn(met.point)) ||
        (met.fault === 'both die' && met.point !== 'undo.begun'),
    }),
};

const startingCold: Scenario = {
  name: 'start cold',
  withGuest: false,
  keeps: () => 'suspended',
  prepare: (world, name) => suspended(world, name, 'instant'),
  act: (world, name) => world.client().request('machine.start', { machine: name, cold: true }),
  judge: (world, met) => expectAside(world, met),
};

const creating: Scenario = {
  name: 'create',
  withGuest: false,
  prepare: async (_world, name) => ({ name, nonce: undefined }),
  act: (world, name) => world.client().request('machine.create', world.wish(name)),
  judge: (world, met) => expectCopy(world, met.name, succeeded(met)),
};

const cloning: Scenario = {
  name: 'clone',
  withGuest: false,
  prepare: (world, name) => suspended(world, name, 'instant'),
  act: (world, name) =>
    world.client().request('machine.clone', { machine: name, name: `${name} clone` }),
  async judge(world, met) {
    const outcome = await expectCopy(world, `${met.name} clone`, succeeded(met));
    await expectWhole(world, met);
    return outcome;
  },
};

function deleting(permanently: boolean): Scenario {
  return {
    name: permanently ? 'delete' : 'delete, to the trash',
    withGuest: false,
    prepare: (world, name) => suspended(world, name, 'instant'),
    act: (world, name) => world.client().request('machine.delete', { machine: name, permanently }),
    judge: (world, met) => expectGone(world, met, succeeded(met)),
  };
}

/** An agent that died at `died`, and the next one, which meets the fault while it looks for the guest. */
function adopting(name: string, died: FaultPoint | undefined): Scenario {
  return {
    name,
    withGuest: true,
    async prepare(world, machine) {
      const subject = await running(world, machine, 'instant');
      if (died !== undefined) {
        world.arm(died, 'agent dies');
        const asked = world.client().request('machine.suspend', { machine, reason: 'user' });
        await asked.catch(() => {});
      }
      await world.crash();
      return subject;
    },
    act: (world) => world.freshAgent(),
    judge: (world, met) =>
      expectSurvivor(world, met, {
        mayBeLost: guestDied(met) && died !== 'suspend.committed',
        must: guestDied(met) ? undefined : died === 'suspend.committed' ? 'suspended' : 'runs',
      }),
  };
}

export const scenarios: readonly Scenario[] = [
  suspending('instant'),
  suspending('streamed'),
  undoing,
  undoingLate,
  resuming('instant'),
  resuming('streamed'),
  startingCold,
  creating,
  cloning,
  deleting(true),
  deleting(false),
  adopting('adopt', undefined),
  adopting('adopt, half saved', 'suspend.saved'),
  adopting('adopt, saved and not ended', 'suspend.committed'),
];

async function running(world: FaultWorld, name: string, stateMode: StateMode): Promise<Subject> {
  const { policy, ...wish } = world.wish(name);
  await world.client().request('machine.create', { ...wish, policy: { ...policy, stateMode } });
  await world.client().request('machine.start', { machine: name, cold: false });
  await world.occupy?.(name);
  return { name, nonce: await world.nonceOf(name) };
}

async function suspended(world: FaultWorld, name: string, stateMode: StateMode): Promise<Subject> {
  const subject = await running(world, name, stateMode);
  await world.client().request('machine.suspend', { machine: name, reason: 'user' });
  return subject;
}

function isCommitted(point: FaultPoint): boolean {
  return ['commit.renamed', 'commit.written', 'suspend.committed', 'suspend.ended'].includes(point);
}

function hasGoneOn(point: FaultPoint): boolean {
  return ['undo.abandoned', 'finish.begun', 'finish.removed'].includes(point);
}
