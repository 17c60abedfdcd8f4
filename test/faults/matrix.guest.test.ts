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
    const which = isComplete ? faults : deaths;
    const found = await tryAll(scenario, which);
    const isTried = ({ scenario: name, fault }: Finding): boolean =>
      name === scenario.name && which.includes(fault);
    if (process.env.TORPOR_WRITE_RELIABILITY !== undefined) keepFindings(found, isTried, place);
    expect(outcomes(found), howToWriteDown).toEqual(outcomes(knownFindings().filter(isTried)));
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

const howToWriteDown = `Each promise was kept, but what came of it is not what test/faults/qemu-findings.json says. When
that is meant, or the fault or the point is new, write it down by npm run reliability and say why in the commit.`;

function outcomes(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(findings.map((one) => [keyOf(one), one.outcome]));
}

/** As the scenarios stand, and within one as its points do. */
function place({ scenario, point, fault }: Finding): number {
  const first = scenarios.findIndex(({ name }) => name === scenario);
  return (
    (first * faultPoints.length + faultPoints.indexOf(point)) * faults.length +
    faults.indexOf(fault)
  );
}
