import { expect, test } from 'vitest';
import { type FaultPoint, faultPoints } from '../../src/core/fault-point.ts';
import { canMeet, faults, ofQemu } from './faults.ts';
import { inProcessWorld } from './in-process-world.ts';
import { commitTable, committedTable, type Finding, tableOf } from './ledger.ts';
import { knownFindings } from './qemu-findings.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { outcomeOf, pointsOf } from './walk.ts';
import type { FaultWorld } from './world.ts';

const findings = new Map<string, Finding[]>();
const walked = new Set<FaultPoint>();

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  'every fault at every point: %s',
  async (_name, scenario) => {
    findings.set(scenario.name, await tryEverything(scenario));
  },
  120_000,
);

test('no point of core and the agent was left out', () => {
  const left = faultPoints.filter((point) => !ofQemu.test(point) && !walked.has(point));
  expect(left).toEqual([]);
});

test('docs/reliability.md says what came of it', () => {
  const table = tableOf(scenarios.flatMap(({ name }) => findings.get(name) ?? []));
  if (process.env.TORPOR_WRITE_RELIABILITY !== undefined) commitTable('in-memory', table);
  expect(committedTable('in-memory')).toBe(table);
});

test('and what came of it with QEMU guests', () => {
  const table = tableOf(knownFindings());
  if (process.env.TORPOR_WRITE_RELIABILITY !== undefined) commitTable('qemu', table);
  expect(committedTable('qemu')).toBe(table);
});

async function tryEverything(scenario: Scenario): Promise<Finding[]> {
  const points = await inNewWorld((world) => pointsOf(world, scenario, 'M'));
  const found: Finding[] = [];
  const broken: string[] = [];
  for (const point of points) {
    walked.add(point);
    for (const fault of faults.filter((one) => canMeet(one, point, scenario.withGuest))) {
      const tried = inNewWorld((world) => outcomeOf(world, scenario, points, point, fault, 'M'));
      await tried.then(
        (outcome) => found.push({ scenario: scenario.name, point, fault, outcome }),
        (error: unknown) => broken.push(`${point}, ${fault}: ${error}`),
      );
    }
  }
  expect(broken).toEqual([]);
  return found;
}

async function inNewWorld<T>(work: (world: FaultWorld) => Promise<T>): Promise<T> {
  const world = await inProcessWorld();
  try {
    return await work(world);
  } finally {
    await world.dispose();
  }
}
