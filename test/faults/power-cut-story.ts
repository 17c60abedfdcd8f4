import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import type { MachineView } from '../../src/contract/app-state.ts';
import { toProblem } from '../../src/core/errors.ts';
import { createMemoryDriver } from '../../src/drivers/memory/driver.ts';
import { createMemoryHypervisor } from '../../src/drivers/memory/hypervisor.ts';
import { createHost } from '../../src/storage/host.ts';
import type { LoggedVolume, PowerCut } from '../support/logged-volume.ts';
import { machineRequest } from '../support/temp-library.ts';
import type { Entry } from '../support/write-log.ts';

/** What has to be found of a machine after a power cut. */
type Known =
  /** Nothing ran; it boots. */
  | 'stopped'
  /** A guest ran, so what was in its memory is gone; it boots, and somebody is told why. */
  | 'ran'
  /** A saved state that brings back the guest with this nonce. */
  | { readonly nonce: string };

type Snapshot = Readonly<Record<string, Known>>;

interface Step {
  readonly name: string;
  readonly act: (agent: Agent) => Promise<unknown>;
  /** What a cut in the middle may leave beside what was before and what is after. */
  readonly between?: Known;
}

/** Where in the recording a step had ended, and what was promised from there on. */
interface Mark {
  readonly step: string;
  readonly at: number;
  readonly holds: Snapshot;
  readonly between?: Known | undefined;
}

export interface Story {
  readonly marks: readonly Mark[];
  readonly content: Buffer;
}

const emptyDiskBytes = 1024 * 1024;

const steps: readonly Step[] = [
  { name: 'start', act: ask('machine.start', { machine: 'A', cold: false }) },
  { name: 'suspend', act: ask('machine.suspend', { machine: 'A', reason: 'user' }) },
  { name: 'resume', act: ask('machine.resume', { machine: 'A' }) },
  { name: 'suspend again', act: ask('machine.suspend', { machine: 'A', reason: 'user' }) },
  {
    name: 'start cold',
    act: ask('machine.start', { machine: 'A', cold: true }),
    between: 'stopped',
  },
  { name: 'stop', act: ask('machine.stop', { machine: 'A', force: true }) },
  { name: 'clone', act: ask('machine.clone', { machine: 'A', name: 'B' }) },
  { name: 'start the clone', act: ask('machine.start', { machine: 'B', cold: false }) },
  { name: 'suspend the clone', act: ask('machine.suspend', { machine: 'B', reason: 'quit' }) },
  { name: 'discard', act: ask('machine.discardState', { machine: 'B' }) },
  { name: 'delete', act: ask('machine.delete', { machine: 'B', permanently: true }) },
];

/** Lives through every operation on the volume, and notes when each had ended. */
export async function tell(volume: LoggedVolume, runBase: string): Promise<Story> {
  const hypervisor = createMemoryHypervisor();
  const agent = await openAgent(volume, runBase, hypervisor);
  const content = randomBytes(96 * 1024);
  const source = join(runBase, 'source.raw');
  await writeFile(source, content);
  const marks: Mark[] = [];
  const nonces = new Map<string, string>();
  const note = async ({ name, between }: Omit<Step, 'act'>): Promise<void> => {
    for (const { id, name: machine } of agent.state().machines) {
      const guest = hypervisor.guests.get(id);
      if (guest !== undefined) nonces.set(machine, guest.nonce());
    }
    const holds = Object.fromEntries(
      agent.state().machines.map((one) => [one.name, knownOf(one, nonces.get(one.name))]),
    );
    marks.push({ step: name, at: await volume.position(), holds, between });
  };
  try {
    await note({ name: 'open' });
    for (const [name, stateMode] of [
      ['A', 'instant'],
      ['C', 'streamed'],
    ] as const) {
      const disks = [
        { kind: 'copy', from: source, format: 'raw' } as const,
        { kind: 'empty', bytes: emptyDiskBytes, format: 'raw' } as const,
      ];
      await agent.handle['machine.create'](machineRequest(name, { disks, policy: { stateMode } }));
      await note({ name: `create ${name}` });
    }
    for (const step of steps) {
      await step.act(agent);
      await note(step);
    }
    await agent.handle['machine.start']({ machine: 'C', cold: false });
    await note({ name: 'start streamed' });
    await agent.handle['machine.suspend']({ machine: 'C', reason: 'user' });
    await note({ name: 'suspend streamed' });
    await agent.handle['machine.resume']({ machine: 'C' });
    await note({ name: 'resume streamed' });
    await agent.handle['machine.stop']({ machine: 'C', force: true });
    await note({ name: 'stop streamed' });
  } finally {
    await agent.detach();
  }
  return { marks, content };
}

/**
 * Every way in which the volume breaks a promise after power cuts at `cuts`, each with its place; none
 * when Torpor keeps them. Stops looking after `enough`.
 */
export async function brokenPromises(
  volume: LoggedVolume,
  entries: readonly Entry[],
  story: Story,
  runBase: string,
  cuts: readonly PowerCut[],
  enough: number,
): Promise<string[]> {
  const broken: string[] = [];
  for (const cut of cuts) {
    if (broken.length >= enough) break;
    const next = entries[cut.count]?.at ?? Number.POSITIVE_INFINITY;
    const done = story.marks.findLastIndex(({ at }) => at <= next);
    // Before the library was there nothing was promised.
    if (done < 0) continue;
    const [before, after] = [story.marks[done], story.marks[done + 1] ?? story.marks[done]];
    if (before === undefined || after === undefined) continue;
    const found = await volume.afterPowerCut(cut, () =>
      whatIsBroken(volume, runBase, before, after, story.content),
    );
    broken.push(...found.map((what) => `entry ${cut.count}, during “${after.step}”: ${what}`));
  }
  return broken;
}

async function whatIsBroken(
  volume: LoggedVolume,
  runBase: string,
  before: Mark,
  after: Mark,
  content: Buffer,
): Promise<string[]> {
  const hypervisor = createMemoryHypervisor();
  let agent: Agent;
  try {
    agent = await openAgent(volume, runBase, hypervisor);
  } catch (error) {
    return [`the library does not open: ${toProblem(error).message}`];
  }
  const broken: string[] = [];
  try {
    const found = new Map(agent.state().machines.map((one) => [one.name, one]));
    for (const name of new Set([
      ...Object.keys(before.holds),
      ...Object.keys(after.holds),
      ...found.keys(),
    ])) {
      const allowed = [before.holds[name], after.holds[name]];
      if (allowed[0] !== allowed[1] && after.between !== undefined) allowed.push(after.between);
      const machine = found.get(name);
      if (machine === undefined) {
        if (!allowed.includes(undefined)) broken.push(`${name} is gone`);
        continue;
      }
      const problem = await whatIsWrong(agent, machine, allowed, content);
      if (problem !== undefined) broken.push(`${name} is ${machine.status}: ${problem}`);
    }
    // A guest that came back from a state must be the one that was saved.
    for (const [name, machine] of found) {
      const nonce = hypervisor.guests.get(machine.id)?.nonce();
      const states = [before.holds[name], after.holds[name]].map(nonceOf);
      if (machine.status === 'suspended' && !states.includes(nonce)) {
        broken.push(`${name} came back as another guest`);
      }
    }
  } finally {
    await agent.detach();
  }
  return broken;
}

async function whatIsWrong(
  agent: Agent,
  { name, status, problem, path }: MachineView,
  allowed: readonly (Known | undefined)[],
  content: Buffer,
): Promise<string | undefined> {
  const mayBeSuspended = allowed.some((one) => nonceOf(one) !== undefined);
  const mustExplain = allowed.every((one) => one === 'ran');
  if (status === 'broken') return problem?.message ?? 'and nobody knows why';
  if (status === 'suspended' && !mayBeSuspended)
    return 'with a state that was used up, or never was';
  if (status === 'stopped' && !allowed.includes('stopped') && !allowed.includes('ran')) {
    return 'its saved state is lost';
  }
  if (status === 'stopped' && mustExplain && problem === null) return 'and nobody is told why';
  if (!(await readFile(join(path, 'disks', 'vda.raw'))).equals(content)) return 'its disk is torn';
  const empty = await stat(join(path, 'disks', 'vdb.raw'));
  if (empty.size !== emptyDiskBytes) return `its empty disk has ${empty.size} bytes`;
  try {
    if (status === 'suspended') await agent.handle['machine.resume']({ machine: name });
    else await agent.handle['machine.start']({ machine: name, cold: false });
  } catch (error) {
    return `and cannot go on: ${toProblem(error).message}`;
  }
  return undefined;
}

function knownOf({ status }: MachineView, nonce: string | undefined): Known {
  if (status === 'stopped') return 'stopped';
  if (status !== 'suspended') return 'ran';
  if (nonce === undefined) throw new Error('a saved state of a guest that was never seen');
  return { nonce };
}

function nonceOf(known: Known | undefined): string | undefined {
  return typeof known === 'object' ? known.nonce : undefined;
}

async function openAgent(
  volume: LoggedVolume,
  runBase: string,
  hypervisor: ReturnType<typeof createMemoryHypervisor>,
): Promise<Agent> {
  await mkdir(runBase, { recursive: true, mode: 0o700 });
  return startAgent({
    library: join(volume.path, 'library'),
    runBase,
    drivers: new Map([['memory', createMemoryDriver({ hypervisor })]]),
    host: createHost(),
    identity: { id: 'test-host', userId: 1000 },
    // What ran at the power cut is brought back by the test, which looks at it before.
    restoreOnLaunch: false,
  });
}

function ask<Name extends keyof Agent['handle']>(
  method: Name,
  params: Parameters<Agent['handle'][Name]>[0],
) {
  return (agent: Agent): Promise<unknown> => call(agent.handle, method, params);
}

async function call<Name extends keyof Agent['handle']>(
  handle: Agent['handle'],
  method: Name,
  params: Parameters<Agent['handle'][Name]>[0],
): Promise<unknown> {
  const perform: (params: Parameters<Agent['handle'][Name]>[0]) => unknown = handle[method];
  return perform(params);
}
