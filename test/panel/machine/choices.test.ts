import { describe, expect, test } from 'vitest';
import { choicesFor } from '../../../src/panel/machine/menu-items.ts';
import { obviousAction } from '../../../src/panel/machine/obvious.ts';
import { remediesFor } from '../../../src/panel/machine/problem-choices.ts';
import { keyOf } from '../../../src/panel/state/store.ts';
import { busy, machine, troubled } from '../support/samples.ts';

test.each([
  ['stopped', 'start'],
  ['running', 'suspend'],
  ['paused', 'resume'],
  ['suspended', 'restore'],
  ['broken', 'details'],
] as const)('the obvious action of a machine that is %s is %s', (status, action) => {
  expect(obviousAction(machine('A', status))).toBe(action);
});

test('nothing is obvious while something is under way, or while the machine is held', () => {
  expect(obviousAction(busy('A', 'suspending', 0.1))).toBe(null);
  expect(obviousAction(machine('A', 'stopped', { operations: [] }))).toBe(null);
});

describe('the menu', () => {
  test('has what the operations allow, and no more', () => {
    expect(choicesFor(machine('A', 'running'))).toEqual([
      ['suspend', 'pause', 'display'],
      ['requestStop', 'forceStop'],
      ['details', 'reveal'],
    ]);
    expect(choicesFor(machine('A', 'stopped'))).toEqual([
      ['start'],
      ['details', 'reveal'],
      ['clone', 'delete'],
    ]);
    expect(choicesFor(machine('A', 'suspended'))[1]).toEqual(['startCold', 'discardState']);
  });
});

test('a bundle that is a copy can become a machine of its own, and is not taken for the first', () => {
  const problem = { code: 'MACHINE_EXISTS', message: 'It is a copy.' } as const;
  const copy = machine('A', 'broken', { problem, path: '/library/A copy.torpor' });
  expect(remediesFor(copy).map(({ choice }) => choice)).toEqual(['renew', 'reveal', 'delete']);
  expect(keyOf(copy)).toBe('/library/A copy.torpor');
  expect(keyOf(machine('A', 'broken'))).not.toBe(keyOf(copy));
});

test('a machine that wants what is outside its bundle can be allowed to have it', () => {
  const problem = { code: 'CONSENT_NEEDED', message: 'It wants something.' } as const;
  const choices = remediesFor(machine('A', 'stopped', { problem })).map(({ choice }) => choice);
  expect(choices).toEqual(['trust', 'reveal']);
});

test('a problem leaves choices that fit the machine’s status', () => {
  const choices = troubled.map((one) => remediesFor(one).map(({ choice }) => choice));
  expect(choices).toEqual([
    ['restore', 'startCold', 'discardState', 'reveal'],
    ['suspend', 'reveal'],
    ['reveal', 'delete'],
  ]);
  expect(remediesFor(machine('A', 'running'))).toEqual([]);
});
