import fc from 'fast-check';
import { type Fault, faults } from './faults.ts';
import { type FaultWorld, machineNamed } from './world.ts';

/** What a machine is, as far as the model knows: a guest is its nonce, wherever that is. */
type Model =
  | { readonly status: 'absent' }
  | { readonly status: 'stopped' }
  | { readonly status: 'running' | 'suspended'; readonly nonce: string };

type Asked = 'create' | 'start' | 'suspend' | 'resume' | 'stop' | 'discard' | 'delete';

/** From which status an operation leads to which; from any other it is refused and changes nothing. */
const leads: Record<Asked, Partial<Record<Model['status'], Model['status']>>> = {
  create: { absent: 'stopped' },
  start: { stopped: 'running', suspended: 'running' },
  suspend: { running: 'suspended' },
  resume: { suspended: 'running' },
  stop: { running: 'stopped' },
  discard: { suspended: 'stopped' },
  delete: { stopped: 'absent', suspended: 'absent' },
};

const passed: Record<Asked, RegExp> = {
  create: /^create/,
  start: /^(prepare|open)/,
  suspend: /^(suspend|save|commit)/,
  resume: /^(restore|load|open|consume|finish)/,
  stop: /^$/,
  discard: /^$/,
  delete: /^delete/,
};

const asked = ['create', 'start', 'suspend', 'resume', 'stop', 'discard', 'delete'] as const;
/** Where a guest is at stake. */
const often = ['start', 'suspend', 'resume'] as const;
const names = ['A', 'B'] as const;

/** A fault at one of the points that the operation passes. */
interface Meets {
  readonly pick: number;
  readonly fault: Fault;
}

export type Event =
  | {
      readonly kind: 'ask';
      readonly operation: Asked;
      readonly machine: (typeof names)[number];
      readonly meets: Meets | null;
    }
  /** One of the operations that lead somewhere just then; without these most would be refused. */
  | {
      readonly kind: 'go';
      readonly pick: number;
      readonly machine: (typeof names)[number];
      readonly meets: Meets | null;
    }
  | { readonly kind: 'agent dies' }
  | { readonly kind: 'guests die' };

const machine = fc.constantFrom(...names);
const meets = fc.option(
  fc.record({
    pick: fc.nat(1000),
    fault: fc.constantFrom(...faults.filter((one) => one !== 'client leaves')),
  }),
  { freq: 2 },
);

export const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('ask'),
        operation: fc.constantFrom(...asked),
        ...{ machine, meets },
      }),
    },
    {
      weight: 7,
      arbitrary: fc.record({ kind: fc.constant('go'), pick: fc.nat(1000), machine, meets }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('agent dies') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('guests die') }) },
  ),
  { minLength: 6, maxLength: 24 },
);

/** Lives through `some` and throws at the first thing that is not as the model has it. */
export async function live(world: FaultWorld, some: readonly Event[]): Promise<void> {
  const models = new Map<string, Model>(names.map((name) => [name, { status: 'absent' }]));
  for (const event of some) await step(world, models, event);
}

async function step(world: FaultWorld, models: Map<string, Model>, event: Event): Promise<void> {
  if (event.kind === 'agent dies') {
    await world.crash();
    await world.freshAgent();
    return look(world, models, new Map());
  }
  if (event.kind === 'guests die') {
    await world.killGuests();
    return look(world, models, new Map(names.map((name) => [name, lostOf(models.get(name))])));
  }
  const before = models.get(event.machine) ?? { status: 'absent' };
  const operation = operationOf(event, before);
  if (operation === undefined) return;
  const after = leads[operation][before.status];
  const point = event.meets && pointOf(world, operation, before, event.meets);
  if (event.meets !== null && point !== null) world.arm(point, event.meets.fault);
  const error = await ask(world, operation, event.machine).then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('nothing'),
  );
  const hasMet = world.disarm() && point !== null;
  const fault = hasMet ? event.meets?.fault : undefined;
  if (fault === 'agent dies' || fault === 'both die') {
    await world.untilDead();
    await world.freshAgent();
  }
  const guestsDied = fault === 'guest dies' || fault === 'both die';
  if (!hasMet && (error === undefined) !== (after !== undefined)) {
    throw new Error(`${operation} of a ${before.status} machine: ${error ?? 'was let through'}`);
  }
  const allowed = new Map<string, readonly Model['status'][]>();
  for (const name of names) if (guestsDied) allowed.set(name, lostOf(models.get(name)));
  const succeeded = error === undefined && !guestsDied;
  allowed.set(event.machine, [
    ...(after === undefined ? [] : [after]),
    ...(succeeded && after !== undefined ? [] : [before.status]),
    ...(guestsDied && (before.status === 'running' || after === 'running')
      ? ['stopped' as const]
      : []),
  ]);
  await look(world, models, allowed, operation === 'start' ? event.machine : undefined);
}

function operationOf(event: Extract<Event, { kind: 'ask' | 'go' }>, { status }: Model) {
  if (event.kind === 'ask') return event.operation;
  const possible = [...often, ...often, ...asked].filter((one) => leads[one][status] !== undefined);
  return possible[event.pick % possible.length];
}

function pointOf(world: FaultWorld, operation: Asked, before: Model, { pick }: Meets) {
  const isRestore = operation === 'start' && before.status === 'suspended';
  const passes = passed[isRestore ? 'resume' : operation];
  const points = world.points.filter((one) => passes.test(one));
  return points[pick % points.length] ?? null;
}

/** Compares every machine with the model, which then is what was found. `booted` may hold a new guest. */
async function look(
  world: FaultWorld,
  models: Map<string, Model>,
  allowed: ReadonlyMap<string, readonly Model['status'][]>,
  booted?: string,
): Promise<void> {
  for (const [name, model] of models) {
    const status = await statusOf(world, name);
    const may = allowed.get(name) ?? [model.status];
    if (!may.some((one) => one === status)) {
      throw new Error(`${name} is ${status}, and may be ${may.join(' or ')}`);
    }
    const old = 'nonce' in model ? model.nonce : undefined;
    if (status === 'running') {
      const nonce = await world.nonceOf(name);
      const isNew = model.status === 'stopped' && booted === name;
      if (!isNew && nonce !== old) throw new Error(`another guest of ${name} runs`);
      models.set(name, { status, nonce });
    } else if (status === 'suspended') {
      if (old === undefined) throw new Error(`a state of ${name} out of nowhere`);
      models.set(name, { status, nonce: old });
    } else if (status === 'absent' || status === 'stopped') {
      models.set(name, { status });
    }
  }
}

/** A guest that stands because something failed is made to go on, as a person would. */
async function statusOf(world: FaultWorld, name: string): Promise<string> {
  const found = await machineNamed(world, name);
  if (found?.status !== 'paused') return found?.status ?? 'absent';
  await world.client().request('machine.resume', { machine: name });
  return (await machineNamed(world, name))?.status ?? 'absent';
}

/** What a machine may be once every guest has been killed. */
function lostOf(model: Model | undefined): Model['status'][] {
  if (model?.status === 'running') return ['stopped'];
  return [model?.status ?? 'absent'];
}

function ask(world: FaultWorld, operation: Asked, name: string): Promise<unknown> {
  const client = world.client();
  switch (operation) {
    case 'create':
      return client.request('machine.create', world.wish(name));
    case 'start':
      return client.request('machine.start', { machine: name, cold: false });
    case 'suspend':
      return client.request('machine.suspend', { machine: name, reason: 'user' });
    case 'resume':
      return client.request('machine.resume', { machine: name });
    case 'stop':
      return client.request('machine.stop', { machine: name, force: true });
    case 'discard':
      return client.request('machine.discardState', { machine: name });
    case 'delete':
      return client.request('machine.delete', { machine: name, permanently: true });
  }
}
