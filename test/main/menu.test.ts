import { describe, expect, test } from 'vitest';
import type { MachineView } from '../../src/contract/app-state.ts';
import type { QuitPolicy } from '../../src/main/lifecycle/plan.ts';
import { type MenuEntry, type MenuInput, menuFor } from '../../src/main/menu.ts';
import { de } from '../../src/main/text/de.ts';
import { en } from '../../src/main/text/en.ts';
import { busyMachine, machine, stateOf } from './support/samples.ts';

function menu(machines: readonly MachineView[], changes: Partial<MenuInput> = {}) {
  return menuFor({
    state: stateOf(...machines),
    problem: null,
    lifecycle: { phase: 'running' },
    policyOf: () => 'suspend',
    ownership: 'own',
    text: en,
    ...changes,
  });
}

const labels = (entries: readonly MenuEntry[]): string[] =>
  entries.map((entry) => (entry.kind === 'separator' ? '-' : entry.label));

test('it is complete by itself: every machine, every window, and the end', () => {
  const machines = [machine(), machine({ name: 'Web', status: 'running' })];
  expect(labels(menu(machines))).toEqual([
    'Open Torpor',
    '-',
    'Web · running → Suspend',
    'Demo · shut down → Start',
    '-',
    'Suspend All',
    'New Machine…',
    'Open Library',
    'Settings…',
    'Check Host…',
    'About Torpor',
    '-',
    'Quit and Suspend 1 Machine',
  ]);
});

describe('a machine has the one obvious action', () => {
  test.each([
    ['stopped', 'start'],
    ['suspended', 'resume'],
    ['paused', 'resume'],
    ['running', 'suspend'],
  ] as const)('%s: %s', (status, operation) => {
    expect(menu([machine({ status })])).toContainEqual(
      expect.objectContaining({ action: { do: 'machine', machine: 'id-of-Demo', operation } }),
    );
  });

  test('what goes on is shown with how far it has come, and can be cancelled', () => {
    expect(labels(menu([busyMachine('suspending')]))).toContain('Demo · suspending 25 % → Cancel');
  });

  test('a broken one without an id opens the panel', () => {
    expect(menu([machine({ id: '', status: 'broken' })])).toContainEqual({
      kind: 'action',
      label: 'Demo · needs attention → Show',
      action: { do: 'panel' },
    });
  });
});

describe('quitting says what it will do', () => {
  const policies: Record<string, QuitPolicy> = {
    a: 'suspend',
    b: 'stop',
    c: 'ask',
    d: 'keepRunning',
    e: 'suspend',
  };
  const machines = Object.keys(policies).map((id) => machine({ id, name: id, status: 'running' }));
  const policyOf = (id: string): QuitPolicy => policies[id] ?? 'suspend';

  test.each([
    [en, 'Quit and Suspend 2 Machines, Shut Down 1 Machine, Ask about 1 Machine'],
    [
      de,
      'Beenden: 2 Maschinen in den Ruhezustand, 1 Maschine herunterfahren, wegen 1 Maschine fragen',
    ],
  ])('by each policy', (text, words) => {
    expect(labels(menu(machines, { policyOf, text })).at(-1)).toBe(words);
  });

  test('with nothing to do it is just quitting', () => {
    expect(labels(menu([machine({ status: 'suspended' })])).at(-1)).toBe('Quit');
  });

  test('another agent keeps its machines', () => {
    expect(labels(menu(machines, { ownership: 'other' })).at(-1)).toBe(
      'Quit and Leave Machines to the Other Agent',
    );
  });

  test('while it goes on it can be called off', () => {
    const lifecycle = { phase: 'quitting', reason: 'quit', steps: [], deadline: null } as const;
    expect(menu(machines, { lifecycle }).at(-1)).toMatchObject({ action: { do: 'cancelQuit' } });
  });
});

test('fifty machines fit: what runs comes first, the rest is one level down', () => {
  const many = Array.from({ length: 50 }, (_, index) => machine({ name: `M${index}` }));
  const entries = menu([...many, machine({ name: 'Runs', status: 'running' })]);
  const more = entries.find((entry) => entry.kind === 'submenu');
  expect(labels(entries)[2]).toBe('Runs · running → Suspend');
  expect(more).toMatchObject({ label: '36 More' });
  expect(more?.kind === 'submenu' && more.entries.length).toBe(36);
});

test('a name is cut where it is too long, and its ampersand is no mark for a key', () => {
  const long = 'R&D '.repeat(20).trim();
  expect(labels(menu([machine({ name: long })]))).toContainEqual(
    expect.stringMatching(/^R&&D R&&D .*… · shut down → Start$/),
  );
});

test('without an agent it says why, and can still quit', () => {
  const problem = { code: 'LIBRARY_UNAVAILABLE', message: 'The library cannot be read.' } as const;
  expect(labels(menu([], { state: null, problem }))).toEqual([
    'Open Torpor',
    '-',
    'The library cannot be read.',
    '-',
    'Settings…',
    'Check Host…',
    'About Torpor',
    '-',
    'Quit',
  ]);
});
