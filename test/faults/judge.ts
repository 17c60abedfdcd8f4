import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineView } from '../../src/contract/app-state.ts';
import { bundleAt } from '../../src/core/library/bundle.ts';
import { bundleSuffix, libraryLayout } from '../../src/core/library/layout.ts';
import { listSetAside } from '../../src/core/saved-state/files.ts';
import type { Met, Subject } from './scenarios.ts';
import { type FaultWorld, machineNamed } from './world.ts';

/** What a fresh agent has to find; each throws, in a sentence, when a promise was broken. */

export interface SurvivorRules {
  /** The guest was killed while its memory was nowhere else. */
  readonly mayBeLost: boolean;
  /** After a success: what success means. */
  readonly must?: 'suspended' | 'runs' | undefined;
}

/** A guest that goes on, a state that resumes it, or, where it was killed, a machine that boots and says why. */
export async function expectSurvivor(
  world: FaultWorld,
  { name, nonce, isTold }: Subject & Partial<Pick<Met, 'isTold'>>,
  { mayBeLost, must }: SurvivorRules,
): Promise<string> {
  const machine = await mustExist(world, name);
  const { status, problem } = machine;
  if (status === 'stopped') {
    if (!mayBeLost) throw new Error('the guest is lost');
    if (problem === null && isTold !== true)
      throw new Error('the guest is gone and nobody is told why');
    await boots(world, name, nonce);
    return 'boots, says why';
  }
  if (status !== 'suspended' && status !== 'running')
    throw new Error(`${status}: ${textOf(machine)}`);
  const outcome = status === 'suspended' ? 'suspended' : 'runs';
  if (must !== undefined && outcome !== must) throw new Error(`a success, and it ${outcome}`);
  if (status === 'suspended') await world.client().request('machine.resume', { machine: name });
  await mustBe(world, name, nonce);
  return outcome;
}

/** After a cold start: the guest boots and its state is set aside, or nothing has changed. */
export async function expectAside(world: FaultWorld, { name, nonce }: Subject): Promise<string> {
  const machine = await mustExist(world, name);
  const aside = await listSetAside(bundleAt(machine.path));
  if (machine.status === 'suspended') {
    if (aside.length > 0) throw new Error('the state is in two places');
    await expectSurvivor(world, { name, nonce }, { mayBeLost: false });
    return 'suspended';
  }
  const [state] = aside;
  if (state === undefined) throw new Error('the state is lost');
  if (state.reason === '') throw new Error('nobody says why the state was set aside');
  await readFile(join(state.path, 'manifest.json'));
  if (machine.status === 'running') {
    if ((await world.nonceOf(name)) === nonce) throw new Error('the old guest runs');
    return 'boots, state set aside';
  }
  await boots(world, name, nonce);
  return 'stopped, state set aside';
}

/** After making a machine: it is there and boots, or nothing of it is. */
export async function expectCopy(world: FaultWorld, name: string, must: boolean): Promise<string> {
  const machine = await machineNamed(world, name);
  const staged = await readdir(libraryLayout(world.library).staging);
  if (staged.length > 0) throw new Error(`left over: ${staged.join(', ')}`);
  if (machine === undefined) {
    if (must) throw new Error('a success, and it is not there');
    const half = (await readdir(world.library)).filter((one) => one === `${name}${bundleSuffix}`);
    if (half.length > 0) throw new Error('half of it is there');
    return 'not made';
  }
  await boots(world, name, undefined);
  return 'made';
}

/** The first machine, which was not to change. */
export async function expectWhole(world: FaultWorld, subject: Subject): Promise<void> {
  const outcome = await expectSurvivor(world, subject, { mayBeLost: false });
  if (outcome !== 'suspended') throw new Error(`the first machine ${outcome}`);
}

/** After deleting: gone with everything, or there and whole. */
export async function expectGone(
  world: FaultWorld,
  subject: Subject,
  must: boolean,
): Promise<string> {
  const machine = await machineNamed(world, subject.name);
  const staged = await readdir(libraryLayout(world.library).staging);
  if (staged.length > 0) throw new Error(`left over: ${staged.join(', ')}`);
  if (machine === undefined) return 'gone';
  if (must) throw new Error('a success, and it is still there');
  await expectWhole(world, subject);
  return 'kept';
}

async function mustExist(world: FaultWorld, name: string): Promise<MachineView> {
  const machine = await machineNamed(world, name);
  if (machine === undefined) throw new Error('the machine is gone');
  if (machine.status === 'broken') throw new Error(`broken: ${textOf(machine)}`);
  return machine;
}

async function mustBe(world: FaultWorld, name: string, nonce: string | undefined): Promise<void> {
  if ((await world.nonceOf(name)) !== nonce) throw new Error('another guest runs');
}

async function boots(world: FaultWorld, name: string, old: string | undefined): Promise<void> {
  await world.client().request('machine.start', { machine: name, cold: false });
  if ((await world.nonceOf(name)) === old) throw new Error('it went on instead of booting');
}

function textOf({ problem }: MachineView): string {
  return problem?.message ?? 'no reason given';
}
