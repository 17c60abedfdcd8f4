import { expect, test } from 'vitest';
import { plainTable } from '../../src/cli/format/table.ts';
import { displayWidth } from '../../src/cli/format/width.ts';

test.each([
  ['web', 3],
  ['', 0],
  ['étude', 5],
  ['e\u0301tude', 5],
  ['東京', 4],
  ['한국', 4],
  ['ｗｅｂ', 6],
  ['“web” …', 7],
  ['🦔', 2],
  ['👩‍💻', 2],
  ['👍🏽', 2],
  ['\u001b[1mweb\u001b[22m', 3],
])('%j is %i columns wide', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('columns are straight, rows may be short, and nothing trails', () => {
  expect(
    plainTable([
      ['a', 'bb', 'c'],
      ['東京', ''],
      ['\u001b[1mx\u001b[22m', 'y', 'zz'],
    ]),
  ).toEqual(['a      bb   c', '東京', '\u001b[1mx\u001b[22m      y    zz']);
  expect(plainTable([])).toEqual([]);
});
