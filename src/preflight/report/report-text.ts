import { gigabytes } from '../amounts.ts';
import type { CheckResult, Outcome } from '../checks/check.ts';
import type { PreflightReport } from '../preflight.ts';
import type { Verdict } from '../verdict.ts';
import { stepLines, wrap } from './lines.ts';

const marks: Readonly<Record<Outcome, string>> = {
  pass: 'ok',
  warn: 'WARNING',
  fail: 'NO',
  unknown: 'UNKNOWN',
};

/** The whole report as text for a terminal, at most `columns` wide where words allow. */
export function reportText(report: PreflightReport, columns = 100): string {
  const { verdict, image } = report;
  const width = Math.max(40, columns);
  const lines = [
    wrap(verdict.sentence, width, ''),
    '',
    ...verdict.results.flatMap((result) => resultLines(result, width)),
    ...todoLines(verdict, width),
  ];
  const { requests, bytes } = image.counts;
  if (image.from === 'url') {
    const size = image.size === undefined ? '' : ` of ${gigabytes(image.size)}`;
    lines.push('', `Read ${bytes} bytes${size} in ${requests} requests; nothing was downloaded.`);
  }
  if (image.from === 'table') {
    lines.push(
      '',
      wrap(
        'The image itself was not read: this is what Torpor has on record about its build.',
        width,
        '',
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function resultLines(result: CheckResult, width: number): string[] {
  const head = `${marks[result.outcome].padEnd(8)} ${result.title}: `;
  const lines = [wrap(`${head}${result.sentence}`, width, ' '.repeat(9), '')];
  if (result.outcome === 'pass') return lines;
  for (const each of result.evidence) {
    const needed = each.needed === undefined ? '' : `, needed ${each.needed}`;
    lines.push(
      wrap(`${each.what}: ${each.found}${needed} [${each.source}]`, width, ' '.repeat(11)),
    );
  }
  return lines;
}

function todoLines(verdict: Verdict, width: number): string[] {
  if (verdict.todo.length === 0) return [];
  const lines = ['', 'What to do:'];
  for (const [index, step] of verdict.todo.entries())
    lines.push(...stepLines(step, `${index + 1}. `, width));
  if (verdict.alternatives.length > 0) {
    lines.push('', 'Other ways:');
    for (const step of verdict.alternatives) lines.push(...stepLines(step, '-  ', width));
  }
  return lines;
}
