import { expect, test } from 'vitest';
import { keyOf, knownFindings } from './qemu-findings.ts';
import { checkFileSystem, linuxGuest } from './qemu-guests.ts';
import { qemuWorld } from './qemu-world.ts';
import { scenarios } from './scenarios.ts';
import { outcomeOf } from './walk.ts';

/** What is tried on every run; the rest takes many minutes. */
const some = [
  'suspend (instant), save.stopped, both die',
  'resume (instant), consume.renamed, both die',
];
const isComplete = process.env.TORPOR_TEST_COMPLETE !== undefined;

/** Where the guest is lost, its disk is as after a power cut. */
const losses = knownFindings().filter(
  (one) => one.outcome.startsWith('boots') && (isComplete || some.includes(keyOf(one))),
);

test.each(losses.map((one) => [keyOf(one), one] as const))(
  'the guest’s file system is clean: %s',
  async (_name, { scenario: name, point, fault, outcome }) => {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`no such scenario: ${name}`);
    const world = await qemuWorld(linuxGuest);
    try {
      expect(await outcomeOf(world, scenario, [point], point, fault, 'M')).toBe(outcome);
      const { socket } = await world.client().request('machine.console', { machine: 'M' });
      await checkFileSystem(socket);
    } finally {
      await world.dispose();
    }
  },
);

test('and there are such losses', () => {
  expect(losses.length).toBeGreaterThanOrEqual(some.length);
});
