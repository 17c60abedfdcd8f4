import { expect, test } from 'vitest';
import { faultPoints } from '../../src/core/fault-point.ts';
import { canMeet, type Fault, faults } from './faults.ts';
import type { Finding } from './ledger.ts';
import { keepFindings, keyOf, knownFindings } from './qemu-findings.ts';
import { qemuWorld } from './qemu-world.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { outcomeOf, pointsOf } from './walk.ts';
import type { FaultWorld } from './world.ts';

const isComplete = process.env.TORPOR_TEST_COMPLETE !== undefined;

/** What is tried on every run: the deaths, where guest memory is a file. The rest takes many minutes. */
const deaths: readonly Fault[] = ['agent dies', 'guest dies', 'both die'];
const some = ['suspend (instant)', 'resume (instant)', 'adopt, half saved'];
const tried = isComplete
  ? scenarios.filter(({ withGuest }) => withGuest)
  : scenarios.filter(({ name }) => some.includes(name));

test.each(tried.map((scenario) => [scenario.name, scenario] as const))(
  'with QEMU guests, every point: %s',
  async (_name, scenario) => {
    const found = await tryAll(scenario, isComplete ? faults : deaths);
    if (process.env.TORPOR_WRITE_RELIABILITY !== undefined) keepFindings(found, place);
    const known = new Map(knownFindings().map((one) => [keyOf(one), one.outcome]));
    // One that nobody has written down yet has only to keep the promises, which tryAll() checks.
    const comparable = found.filter((one) => known.has(keyOf(one)));
    expect(comparable.map(({ outcome }) => outcome)).toEqual(
      comparable.map((one) => known.get(keyOf(one))),
    );
  },
  // A complete one tries a hundred, each with two agents and as many guests.
  isComplete ? 1_200_000 : 300_000,
);

async function tryAll(scenario: Scenario, which: readonly Fault[]): Promise<Finding[]> {
  const points = await inNewWorld((world) => pointsOf(world, scenario, 'M'));
  const found: Finding[] = [];
  const broken: string[] = [];
  for (const point of points) {
    for (const fault of which.filter((one) => canMeet(one, point, scenario.withGuest))) {
      const one = inNewWorld((world) => outcomeOf(world, scenario, points, point, fault, 'M'));
      await one.then(
        (outcome) => found.push({ scenario: scenario.name, point, fault, outcome }),
        (error: unknown) => broken.push(`${point}, ${fault}: ${error}`),
      );
    }
  }
  expect(broken).toEqual([]);
  return found;
}

async function inNewWorld<T>(work: (world: FaultWorld) => Promise<T>): Promise<T> {
  const world = await qemuWorld();
  try {
    return await work(world);
  } finally {
    await world.dispose();
  }
}

/** As the scenarios stand, and within one as its points do. */
function place({ scenario, point, fault }: Finding): number {
  const first = scenarios.findIndex(({ name }) => name === scenario);
  return (
    (first * faultPoints.length + faultPoints.indexOf(point)) * faults.length +
    faults.indexOf(fault)
  );
}
