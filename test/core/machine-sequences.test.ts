import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isErrorCode, TorporError } from '../../src/core/errors.ts';
import { exists } from '../../src/core/library/bundle.ts';
import type { Machine } from '../../src/core/machine.ts';
import { listSetAside, loadManifest } from '../../src/core/saved-state/files.ts';
import { canPerform, isInFlight, transitionOf } from '../../src/core/status.ts';
import type { Step } from '../../src/drivers/memory/steps.ts';
import { disposableMemoryWorld, type MemoryWorld } from '../support/memory-world.ts';

/** What people ask of a machine. */
const asked = {
  start: (machine) => machine.start(),
  startCold: (machine) => machine.startCold(),
  restore: (machine) => machine.restore(),
  pause: (machine) => machine.pause(),
  resume: (machine) => machine.resume(),
  suspend: (machine) => machine.suspend('user'),
  requestStop: (machine) => machine.requestStop(),
  forceStop: (machine) => machine.forceStop(),
  discardState: (machine) => machine.discardState(),
} as const satisfies Record<string, (machine: Machine) => Promise<void>>;

type Asked = keyof typeof asked;

/** What happens to a machine without anybody asking. */
const happenings = ['hypervisor dies', 'guest shuts down', 'agent dies', 'host reboots'] as const;

/** Steps at which the next operation that goes through them fails. */
const fragile = ['start', 'restore', 'pause', 'resume', 'save', 'written', 'screenshot'] as const;

type Event =
  | { readonly kind: 'asked'; readonly operation: Asked }
  /** One of the operations that are possible just then; without these most would be refused. */
  | { readonly kind: 'possible'; readonly pick: number }
  | { readonly kind: 'happens'; readonly what: (typeof happenings)[number] }
  | { readonly kind: 'breaks'; readonly step: Step };

const names = Object.keys(asked).filter(isAsked);
const operation = fc.constantFrom(...names);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('asked'), operation }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('possible'), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('happens'), what: fc.constantFrom(...happenings) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('breaks'), step: fc.constantFrom(...fragile) }),
  },
);

/** The guest that memory, wherever it is, belongs to. */
interface Remembered {
  readonly nonce: string;
  readonly counter: number;
}

interface Run {
  readonly world: MemoryWorld;
  machine: Machine;
  /** What steps were made to fail with. */
  readonly breakages: TorporError[];
  guest: Remembered | undefined;
  asideBefore: number;
}

test('whatever people do and whatever breaks, a machine keeps its promises', async () => {
  const sequences = fc.record({
    stateMode: fc.constantFrom('instant', 'streamed'),
    events: fc.array(event, { minLength: 1, maxLength: 14 }),
  });
  const property = fc.asyncProperty(sequences, async ({ stateMode, events }) => {
    const { dispose, ...world } = await disposableMemoryWorld();
    try {
      const machine = await world.create({ stateMode });
      const run: Run = { world, machine, breakages: [], guest: undefined, asideBefore: 0 };
      for (const one of events) {
        await step(run, one);
        await expectInvariants(run);
      }
    } finally {
      await dispose();
    }
  });
  await fc.assert(property, { numRuns: 40 });
}, 120_000);

async function step(run: Run, one: Event): Promise<void> {
  run.world.pass(100);
  if (one.kind === 'breaks') {
    const breakage = new TorporError('HYPERVISOR_FAILED', `It broke at ${one.step}.`);
    run.world.hypervisor.failNext(one.step, breakage);
    run.breakages.push(breakage);
  } else if (one.kind === 'happens') {
    await happen(run, one.what);
  } else if (one.kind === 'asked') {
    await ask(run, one.operation);
  } else {
    const possible = names.filter((name) => canPerform(name, run.machine.status));
    const name = possible[one.pick % possible.length];
    if (name !== undefined) await ask(run, name);
  }
}

async function ask(run: Run, name: Asked): Promise<void> {
  const { machine } = run;
  const before = machine.status;
  const allowed = canPerform(name, before);
  const error = await asked[name](machine).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) {
    expect(allowed).toBe(true);
    expect(machine.status).toBe(transitionOf(name).to);
    expect(machine.problem).toBeUndefined();
    followGuest(run, name);
    return;
  }
  if (!(error instanceof TorporError)) throw error;
  expect(isErrorCode(error.code)).toBe(true);
  if (!allowed) expect(error.code).toBe('WRONG_STATUS');
  else expect(run.breakages.some((one) => one === error || one === error.cause)).toBe(true);
  // Whatever failed, the machine is what it was.
  expect(machine.status).toBe(before);
}

/** Which guest there has to be after an operation that succeeded. */
function followGuest(run: Run, name: Asked): void {
  if (name === 'start' || name === 'startCold') {
    const nonce = run.world.guestOf(run.machine).nonce();
    expect(nonce).not.toBe(run.guest?.nonce);
    run.guest = { nonce, counter: 0 };
  }
  if (name === 'requestStop' || name === 'forceStop' || name === 'discardState') {
    run.guest = undefined;
  }
}

async function happen(run: Run, what: (typeof happenings)[number]): Promise<void> {
  const { world, machine } = run;
  const { id } = machine.config;
  const hadGuest = world.hypervisor.guests.has(id);
  if (what === 'hypervisor dies') world.hypervisor.kill(id);
  if (what === 'guest shuts down') world.hypervisor.shutDown(id);
  if (what === 'host reboots') {
    world.hypervisor.dropAgents();
    world.hypervisor.kill(id);
  }
  if (what === 'agent dies' || what === 'host reboots') run.machine = await world.crash(machine);
  if (hadGuest && what !== 'agent dies') run.guest = undefined;
}

async function expectInvariants(run: Run): Promise<void> {
  const { machine, world } = run;
  const { status } = machine;
  const guest = world.hypervisor.guests.get(machine.config.id);
  expect(isInFlight(status)).toBe(false);

  // The status is what is so.
  expect(guest?.running ?? 'none').toBe(
    status === 'running' ? true : status === 'paused' ? false : 'none',
  );
  expect(await exists(machine.bundle.files.manifest)).toBe(status === 'suspended');
  expect(machine.savedState !== undefined).toBe(status === 'suspended');

  // A guest goes on where it was, whatever happened between.
  if (guest !== undefined) {
    expect(guest.nonce()).toBe(run.guest?.nonce);
    expect(guest.counter()).toBeGreaterThanOrEqual(run.guest?.counter ?? 0);
    run.guest = { nonce: guest.nonce(), counter: guest.counter() };
  }

  // A state that is there can be used.
  if (status === 'suspended') {
    await machine.checkState();
    expect((await loadManifest(machine.bundle)).machineId).toBe(machine.config.id);
  }

  // What was set aside stays.
  const aside = (await listSetAside(machine.bundle)).length;
  expect(aside).toBeGreaterThanOrEqual(run.asideBefore);
  run.asideBefore = aside;
}

function isAsked(name: string): name is Asked {
  return name in asked;
}
