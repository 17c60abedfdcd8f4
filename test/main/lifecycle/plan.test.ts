import { describe, expect, test } from 'vitest';
import {
  beginQuit,
  decide,
  hurry,
  joinLate,
  mayEnd,
  needsPerson,
  nextSteps,
  planFor,
  type QuitPolicy,
  stepDone,
  stepFailed,
  stepWorks,
} from '../../../src/main/lifecycle/plan.ts';
import { busyMachine, machine } from '../support/samples.ts';

const byHand = { reason: 'quit', deadline: null } as const;
const shutDown = { reason: 'shutDown', deadline: 5000 } as const;
const problem = { code: 'NO_SPACE', message: 'The disk is full.' } as const;
const running = (name: string) => machine({ id: name, name, status: 'running' });
const suspend = (): QuitPolicy => 'suspend';

describe('what quitting does with a machine', () => {
  test.each([
    ['its policy', running('a'), 'suspend', byHand, 'suspend'],
    ['its policy', running('a'), 'stop', byHand, 'stop'],
    ['its policy', running('a'), 'keepRunning', byHand, 'keepRunning'],
    ['a question', running('a'), 'ask', byHand, null],
    ['no question when the computer ends', running('a'), 'ask', shutDown, 'suspend'],
    ['no shutdown of a guest in seconds', running('a'), 'stop', shutDown, 'suspend'],
    [
      'nothing that a paused guest would not hear',
      machine({ status: 'paused' }),
      'stop',
      byHand,
      'suspend',
    ],
    [
      'no leaving of a guest in this process',
      machine({ driver: 'vz' }),
      'keepRunning',
      byHand,
      'suspend',
    ],
  ] as const)('%s', (_what, one, policy, occasion, plan) => {
    expect(planFor(one, policy, occasion)).toBe(plan);
  });
});

test('machines that are not alive have no part in it; those in flight do', () => {
  const all = [
    machine({ status: 'suspended' }),
    machine({ status: 'broken' }),
    busyMachine('restoring'),
  ];
  expect(beginQuit(all, suspend, byHand).steps).toMatchObject([
    { plan: 'suspend', state: 'waiting' },
  ]);
  expect(mayEnd(beginQuit([machine()], suspend, byHand))).toBe(true);
});

test('no more are at work than the bound allows', () => {
  const begun = beginQuit(['a', 'b', 'c'].map(running), suspend, byHand);
  expect(nextSteps(begun, 2).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(nextSteps(stepWorks(begun, 'a'), 2).map(({ id }) => id)).toEqual(['b']);
  expect(nextSteps(stepWorks(stepWorks(begun, 'a'), 'b'), 2)).toEqual([]);
});

test('a step that failed holds the end until a person decides', () => {
  const failed = stepFailed(beginQuit([running('a')], suspend, byHand), 'a', problem);
  expect([mayEnd(failed), needsPerson(failed), nextSteps(failed, 2)]).toEqual([false, true, []]);
  expect(nextSteps(decide(failed, 'a', 'suspend'), 2)).toMatchObject([{ problem: null }]);
  const kept = decide(failed, 'a', 'keepRunning');
  expect([mayEnd(kept), needsPerson(kept)]).toEqual([true, false]);
});

test('but not when the computer waits no longer', () => {
  const failed = stepFailed(beginQuit([running('a')], suspend, shutDown), 'a', problem);
  expect([mayEnd(failed), needsPerson(failed)]).toEqual([true, false]);
});

test('a question holds the end, and its answer begins the work', () => {
  const asking = beginQuit([running('a')], () => 'ask', byHand);
  expect([mayEnd(asking), needsPerson(asking), nextSteps(asking, 2)]).toEqual([false, true, []]);
  expect(nextSteps(decide(asking, 'a', 'stop'), 2)).toMatchObject([{ plan: 'stop' }]);
});

test('nothing is decided about a machine whose state is being written', () => {
  const working = stepWorks(beginQuit([running('a')], suspend, byHand), 'a');
  expect(decide(working, 'a', 'keepRunning')).toEqual(working);
  expect(mayEnd(working)).toBe(false);
});

test('when the computer begins to end meanwhile, questions are over', () => {
  const asking = beginQuit([running('a')], () => 'ask', byHand);
  expect(hurry(asking, shutDown)).toMatchObject({ ...shutDown, steps: [{ plan: 'suspend' }] });
});

test('a machine that was started meanwhile is left in order as well', () => {
  const done = stepDone(beginQuit([running('a')], suspend, byHand), 'a');
  expect(joinLate(done, [machine({ id: 'a', status: 'suspended' })], suspend)).toBe(done);
  expect(joinLate(done, [running('a'), running('b')], suspend).steps).toMatchObject([
    { id: 'a', state: 'waiting' },
    { id: 'b', state: 'waiting' },
  ]);
});

test('one that was to run on may run on', () => {
  const kept = beginQuit([running('a')], () => 'keepRunning', byHand);
  expect(mayEnd(kept)).toBe(true);
  expect(joinLate(kept, [running('a')], suspend)).toBe(kept);
});
