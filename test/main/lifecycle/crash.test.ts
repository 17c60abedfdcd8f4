import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Lifecycle } from '../../../src/contract/lifecycle.ts';
import { openRunMarker, recoverable } from '../../../src/main/lifecycle/crash.ts';
import { createCrashQuestion } from '../../../src/main/lifecycle/crash-question.ts';
import { comesBack, type LaunchHost } from '../../../src/main/lifecycle/launch.ts';
import { createLife } from '../../../src/main/lifecycle/life.ts';
import { folderForTest } from '../../support/volume.ts';
import { machine, stateOf, suspended } from '../support/samples.ts';

test('a run that ends in order leaves nothing', async () => {
  const path = join(await folderForTest(), 'running.json');
  const first = openRunMarker(path);
  expect([first.crashed, existsSync(path)]).toEqual([null, true]);
  first.remove();
  expect(openRunMarker(path).crashed).toBeNull();
});

test('one that does not tells what ran, also when it crashes again before the agent answers', async () => {
  const path = join(await folderForTest(), 'running.json');
  openRunMarker(path).note(stateOf(machine({ id: 'a', status: 'running' }), machine({ id: 'b' })));
  expect(openRunMarker(path).crashed).toEqual(['a']);
  expect(openRunMarker(path).crashed).toEqual(['a']);
});

test('a marker that was cut short still tells of the crash', async () => {
  const path = join(await folderForTest(), 'running.json');
  for (const text of ['', '{"alive":["a"', '[]', '{"alive":7}']) {
    writeFileSync(path, text);
    expect(openRunMarker(path).crashed).toEqual([]);
  }
});

test('what a crash took is what ran then, and what would have come back', () => {
  const machines = [
    machine({ id: 'runs', status: 'running' }),
    machine({ id: 'lost', status: 'stopped' }),
    machine({ id: 'saved', status: 'suspended', savedState: suspended('user') }),
    machine({ id: 'due', status: 'suspended', savedState: suspended('quit') }),
    machine({ id: 'paused', status: 'suspended', savedState: suspended('quit', true) }),
    machine({ id: 'other', status: 'suspended', savedState: suspended('user') }),
    machine({ id: 'off', status: 'stopped' }),
  ];
  const found = recoverable(machines, ['runs', 'lost', 'saved', 'gone']);
  expect(found.map(({ id, left }) => [id, left])).toEqual([
    ['runs', 'running'],
    ['lost', 'lost'],
    ['saved', 'suspended'],
    ['due', 'suspended'],
  ]);
});

test('it is asked once, and what was chosen comes back, the last used first', async () => {
  const told: Lifecycle[] = [];
  const life = createLife((now) => told.push(now));
  const started: string[] = [];
  const state = stateOf(
    machine({ id: 'a', lastUsed: 1 }),
    machine({ id: 'b', lastUsed: 2 }),
    machine({ id: 'c', lastUsed: 3 }),
  );
  const link = {
    state: () => state,
    request: async (_name: string, params: object) => {
      if ('machine' in params) started.push(String(params.machine));
      return Promise.reject(new Error('no'));
    },
  };
  const question = createCrashQuestion(life, async () => link);
  expect(question.ask(link, ['a', 'b', 'c'])).toBe(true);
  await expect(question.decide(['a', 'b', 'stranger'])).rejects.toThrow('no');
  expect(started).toEqual(['b', 'a']);
  await question.decide(['c']);
  expect(started).toHaveLength(2);
  expect(told.map(({ phase }) => phase)).toEqual(['askingAfterCrash', 'running']);
});

test('a crash that took nothing is no question', () => {
  const life = createLife(() => {});
  const link = { state: () => stateOf(machine({ id: 'a', status: 'running' })) };
  const question = createCrashQuestion(life, async () => Promise.reject(new Error('not asked')));
  expect(question.ask(link, ['a'])).toBe(false);
});

test.each<[string, Partial<LaunchHost>, boolean, boolean]>([
  ['as it is', {}, false, true],
  ['after a crash', {}, true, false],
  ['with Shift', { isShiftHeld: () => true }, false, false],
  ['with the switch', { argv: ['torpor', '--leave-suspended'] }, false, false],
  ['with windows closed when quitting', { keepsWindows: () => '0' }, false, false],
  ['with windows kept', { keepsWindows: () => '1' }, false, true],
])('%s, machines come back or not', (_what, changes, hasCrashed, comes) => {
  const host = { argv: ['torpor'], isShiftHeld: () => false, keepsWindows: () => '' };
  expect(comesBack({ ...host, ...changes }, hasCrashed)).toBe(comes);
});
