import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { applicationMenu } from '../../src/main/application-menu.ts';
import { menuFor } from '../../src/main/menu.ts';
import { de } from '../../src/main/text/de.ts';
import { en } from '../../src/main/text/en.ts';
import { textFor } from '../../src/main/text/text.ts';

test.each([
  ['system', ['de-AT', 'en-US'], 'de'],
  ['system', ['fr-FR', 'de-DE'], 'de'],
  ['system', ['fr-FR'], 'en'],
  ['en', ['de-DE'], 'en'],
  ['de', ['en-US'], 'de'],
] as const)('set to %s, the system speaking %j: %s', (setting, languages, language) => {
  expect(textFor(setting, languages).language).toBe(language);
});

/** Every string that a catalogue holds or makes, by the way to it. */
function stringsOf(value: unknown, way = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[way, value]];
  // Amounts, names and lists, in whatever order: only that the words around them differ counts.
  if (typeof value === 'function') return [[way, String(value(['A', 'B'], 2, 'C'))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => stringsOf(one, `${way}.${key}`));
}

/** Words that are the same in both languages, or nothing but what is put into them. */
const alike = /^\.(language|menu\.(machine|percent)|tooltip\.(busy|attention))$/;

test('no sentence of the main process is English when the language is German', () => {
  const english = new Map(stringsOf({ ...en, problems: null }));
  const same = stringsOf({ ...de, problems: null }).filter(
    ([way, words]) => english.get(way) === words && !alike.test(way),
  );
  expect(same).toEqual([]);
});

test('why there is no agent is told in German, in the menu', () => {
  const entries = menuFor({
    state: null,
    problem: { code: 'LIBRARY_IN_USE', message: 'Another agent owns it.' },
    lifecycle: { phase: 'running' },
    policyOf: () => 'suspend',
    ownership: 'own',
    text: de,
  });
  expect(entries).toContainEqual({
    kind: 'label',
    label: 'Ein anderes Torpor benutzt diese Bibliothek.',
  });
});

const labelsOf = (items: readonly MenuItemConstructorOptions[]): readonly string[] =>
  items.flatMap(({ label, type, submenu }) => [
    ...(type === 'separator' ? [] : [label ?? 'none of ours']),
    ...(Array.isArray(submenu) ? labelsOf(submenu) : []),
  ]);

test('every item of the menu bar has words of the catalogue', () => {
  expect(labelsOf(applicationMenu(de, () => {})).toSorted()).toEqual(
    ['Torpor', ...Object.values(de.bar)].toSorted(),
  );
});

test('the menu bar opens what Torpor has', () => {
  const opened: string[] = [];
  const [app] = applicationMenu(en, ({ window }) => opened.push(window));
  for (const item of Array.isArray(app?.submenu) ? app.submenu : []) {
    if (item.click) Reflect.apply(item.click, undefined, []);
  }
  expect(opened).toEqual(['about', 'settings']);
});
