import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const text = await readFile(new URL('docs/foreign-hands.md', root), 'utf8');

/** The rows of the tables that name a test: the file, and the test’s title in it. */
const rows = [...text.matchAll(/\| `(test\/[^`]+)`: (.+?) *\|$/gm)].map(
  ([, file = '', title = '']) => [title, file] as const,
);

test('every row of a table names a test', () => {
  const lines = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| -'));
  const headings = lines.filter((line) => line.startsWith('| what was done'));
  expect(headings.length).toBeGreaterThan(3);
  expect(rows).toHaveLength(lines.length - headings.length);
});

test.each(rows)('%s (%s)', async (title, file) => {
  const source = await readFile(new URL(file, root), 'utf8');
  const titles = [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map(([, literal]) => literal);
  expect(titles).toContain(title);
});
