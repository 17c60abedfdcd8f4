import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FaultPoint } from '../../src/core/fault-point.ts';
import { type Fault, faults, isErrno } from './faults.ts';

/** What was tried and what came of it. */
export interface Finding {
  readonly scenario: string;
  readonly point: FaultPoint;
  readonly fault: Fault;
  readonly outcome: string;
}

const page = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** The tables of docs/reliability.md that tests write. */
export type Table = 'in-memory' | 'qemu';

/** The table as it stands in the document, between its two comments, however its columns are aligned. */
export function committedTable(table: Table): string {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = bounds(text, table);
  return text.slice(begin, end).trim().replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');
}

export function commitTable(table: Table, contents: string): void {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = bounds(text, table);
  writeFileSync(page, `${text.slice(0, begin)}\n${contents}\n${text.slice(end)}`);
}

function bounds(text: string, table: Table): [number, number] {
  const mark = `<!-- ${table}: written by the tests -->`;
  const begin = text.indexOf(mark) + mark.length;
  const end = text.indexOf(`<!-- ${table}: end -->`);
  if (begin < mark.length || end < begin) throw new Error(`no place for ${table} in ${page}`);
  return [begin, end];
}

/** A row for each operation and point, in the order in which they were tried. */
export function tableOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Not written down yet.';
  const rows = new Map<string, Finding[]>();
  for (const one of findings) {
    const key = `${one.scenario} | \`${one.point}\``;
    rows.set(key, [...(rows.get(key) ?? []), one]);
  }
  const alone = faults.filter((fault) => !isErrno(fault));
  const head = ['operation', 'after', ...alone, faults.filter(isErrno).join(', ')];
  return [
    `${findings.length} faults at ${rows.size} places; each promise held.`,
    '',
    row(head),
    row(head.map(() => '---')),
    ...[...rows].map(([key, some]) =>
      row([
        ...key.split(' | '),
        ...alone.map((fault) => cell(some, [fault])),
        cell(some, faults.filter(isErrno)),
      ]),
    ),
  ].join('\n');
}

function cell(findings: readonly Finding[], some: readonly Fault[]): string {
  const outcomes = findings
    .filter(({ fault }) => some.includes(fault))
    .map(({ outcome }) => outcome);
  return [...new Set(outcomes)].join(' or ') || '–';
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
