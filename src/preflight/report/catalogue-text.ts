import { gigabytes } from '../amounts.ts';
import type { JudgedRow } from '../catalogue.ts';
import type { Answer } from '../verdict.ts';
import { wrap } from './lines.ts';

const answers: Readonly<Record<Answer, string>> = {
  yes: 'can be installed',
  'yes-with-warnings': 'can be installed, with a warning',
  no: 'cannot be installed',
  'cannot-tell': 'cannot tell',
};

/** The images of a catalogue, each with its verdict in a sentence below it. */
export function catalogueText(rows: readonly JudgedRow[], columns = 100): string {
  if (rows.length === 0) return 'The catalogue lists no image for virtual machines.\n';
  return `${rows.map((each) => rowLines(each, columns).join('\n')).join('\n\n')}\n`;
}

function rowLines(judged: JudgedRow, columns: number): string[] {
  const { row, name } = judged;
  if ('problem' in judged) {
    const { message, hint } = judged.problem;
    return [
      `${name}: could not be checked`,
      wrap(hint === undefined ? message : `${message} ${hint}`, columns, '  '),
      `  ${row.url}`,
    ];
  }
  const { verdict, image } = judged.report;
  const size = image.size === undefined ? '' : `, ${gigabytes(image.size)}`;
  return [
    `${name}${size}: ${answers[verdict.answer]}`,
    ...(verdict.answer === 'yes' ? [] : [wrap(verdict.sentence, columns, '  ')]),
    `  ${row.url}`,
  ];
}
