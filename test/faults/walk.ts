import { toProblem } from '../../src/core/errors.ts';
import type { FaultPoint } from '../../src/core/fault-point.ts';
import { type Fault, isErrno } from './faults.ts';
import type { Scenario } from './scenarios.ts';
import { type FaultWorld, machineNamed } from './world.ts';

/** The points that `scenario` passes when nothing goes wrong, once each, in order. */
export async function pointsOf(world: FaultWorld, scenario: Scenario, name: string) {
  await scenario.prepare(world, name);
  world.takePassed();
  if (scenario.always !== undefined) world.arm(scenario.always.point, scenario.always.fault);
  await scenario.act(world, name).catch((error: unknown) => {
    if (scenario.always === undefined) throw error;
  });
  const passed = [...new Set(world.takePassed())];
  const { always } = scenario;
  // What comes before the fault that always happens is another scenario's.
  return always === undefined ? passed : passed.slice(passed.indexOf(always.point) + 1);
}

/**
 * One operation with one fault at one point, and what a fresh agent finds then, in a few words. Throws
 * when a promise was broken.
 */
export async function outcomeOf(
  world: FaultWorld,
  scenario: Scenario,
  points: readonly FaultPoint[],
  point: FaultPoint,
  fault: Fault,
  name: string,
): Promise<string> {
  const subject = await scenario.prepare(world, name);
  world.takePassed();
  if (scenario.always !== undefined) world.arm(scenario.always.point, scenario.always.fault);
  world.arm(point, fault);
  const error = await scenario.act(world, name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (fault === 'agent dies' || fault === 'both die') await world.untilDead();
  const last = points.at(-1);
  if (fault === 'client leaves') {
    if (last !== undefined) await world.passedOnce(last);
    await world.reconnect();
  }
  if (!world.disarm()) throw new Error('the fault did not happen');
  await expectHonest(world, scenario, point, fault, error, name);
  const isTold = !world.isDead() && (await machineNamed(world, name))?.problem != null;
  await world.crash();
  await world.freshAgent();
  const heard = fault === 'client leaves' ? undefined : error;
  return scenario.judge(world, { ...subject, point, fault, error: heard, isTold });
}

/** What the agent that met the fault says of it, and shows. */
async function expectHonest(
  world: FaultWorld,
  { keeps, always }: Scenario,
  point: FaultPoint,
  fault: Fault,
  error: unknown,
  name: string,
): Promise<void> {
  if (fault === 'delay' && error !== undefined && always === undefined) throw error;
  if (!isErrno(fault) || error === undefined) return;
  const { code, message } = toProblem(error);
  if (code === 'INTERNAL')
    throw new Error(`it calls a failed system call its own fault: ${message}`);
  if (keeps === undefined) return;
  const machine = await machineNamed(world, name);
  if (machine?.status !== keeps(point)) {
    throw new Error(`it failed (${message}), and is ${machine?.status} instead of ${keeps(point)}`);
  }
}
