import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { iconFile, iconFor, icons, type Shown, tooltipFor } from '../../src/main/icon.ts';
import { de } from '../../src/main/text/de.ts';
import { en } from '../../src/main/text/en.ts';
import { busyMachine, machine, stateOf } from './support/samples.ts';

const problem = { code: 'STATE_DAMAGED', message: 'Its state is damaged.' } as const;
const shown = (changes: Partial<Shown>): Shown => ({
  state: stateOf(),
  problem: null,
  lifecycle: { phase: 'running' },
  ...changes,
});
const quitting = (state: 'working' | 'failed') =>
  ({
    phase: 'quitting',
    reason: 'quit',
    deadline: null,
    steps: [
      { id: 'a', name: 'A', plan: 'suspend', state, problem: state === 'failed' ? problem : null },
    ],
  }) as const;

test.each([
  ['idle', 'Torpor: nothing runs', shown({ state: null })],
  ['idle', 'Torpor: nothing runs', shown({ state: stateOf(machine({ status: 'suspended' })) })],
  ['running', 'Torpor: 1 running', shown({ state: stateOf(machine({ status: 'running' })) })],
  ['busy', 'Torpor: Demo is suspending', shown({ state: stateOf(busyMachine('suspending')) })],
  ['busy', 'Torpor: nothing runs', shown({ lifecycle: quitting('working') })],
  ['attention', 'Torpor: Its state is damaged.', shown({ lifecycle: quitting('failed') })],
  ['attention', 'Torpor: Its state is damaged.', shown({ state: stateOf(machine({ problem })) })],
  ['attention', 'Torpor: Its state is damaged.', shown({ state: null, problem })],
  [
    'attention',
    en.tooltip.asking,
    shown({ lifecycle: { phase: 'askingAfterCrash', machines: [] } }),
  ],
] as const)('%s: %s', (icon, tooltip, given) => {
  expect(iconFor(given)).toBe(icon);
  expect(tooltipFor(given, en)).toBe(tooltip);
});

test('it speaks German', () => {
  expect(tooltipFor(shown({ state: stateOf(busyMachine('restoring')) }), de)).toBe(
    'Torpor: Demo kommt zurück',
  );
  for (const given of [
    shown({ state: stateOf(machine({ problem })) }),
    shown({ state: stateOf(machine()), lifecycle: quitting('failed') }),
    shown({ state: null, problem }),
  ]) {
    expect(tooltipFor(given, de)).toMatch(
      /^Torpor: (Demo: |A: )?Der gesicherte Zustand ist beschädigt\.$/,
    );
  }
});

test.each([
  ['darwin', '', true, 'Template'],
  ['linux', 'GNOME', false, 'Light'],
  ['linux', 'KDE', false, 'Template'],
  ['linux', 'KDE', true, 'Light'],
])('on %s %s, dark %s, the icons are there in %s', (platform, desktop, isDark, kind) => {
  for (const icon of icons) {
    const file = iconFile(icon, { platform, desktop, isDark });
    expect(file).toBe(`${icon}${kind}.png`);
    for (const name of [file, file.replace('.png', '@2x.png')]) {
      expect(existsSync(`assets/icons/${name}`)).toBe(true);
    }
  }
});
