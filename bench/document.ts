import { readFile, writeFile } from 'node:fs/promises';
import { chart } from './chart.ts';
import { type Table, tablesOf } from './report.ts';
import type { Results } from './results.ts';

const page = new URL('../docs/performance.md', import.meta.url);
const picture = new URL('../docs/images/performance.svg', import.meta.url);
const begin = '<!-- measured: script/bench --write -->';
const end = '<!-- end of what was measured -->';

/** Puts the tables into docs/performance.md, between its two marks, and draws the chart beside it. */
export async function writeDocument(results: Results): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} lacks its two marks`);
  const { machine, versions, date, missing } = results;
  const measured = [
    `${date}: ${machine}; ${versions.join(', ')}.`,
    ...missing.map((why) => `Not measured: ${why}.`),
    ...tablesOf(results).map(markdown),
  ].join('\n\n');
  await writeFile(page, `${before}${begin}\n\n${measured}\n\n${end}${after}`);
  await writeFile(picture, chart(results));
}

/** Its columns as wide as their widest cell, as the formatter of this repository has them. */
function markdown({ title, head, rows }: Table): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const rule = line(
    head.map(() => ''),
    '-',
  );
  return [`### ${title}`, '', line(head), rule, ...rows.map((cells) => line(cells))].join('\n');
}
