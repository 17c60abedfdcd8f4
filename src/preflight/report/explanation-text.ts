import type { Certainty, Explanation } from '../explain/meaning.ts';
import { stepLines, wrap } from './lines.ts';

const certainties: Readonly<Record<Certainty, string>> = {
  certain: 'This is certain.',
  likely: 'This is likely.',
  possible: 'This is possible, not certain.',
  unknown: 'Torpor cannot say more.',
};

/** An explanation as text for a terminal. */
export function explanationText(explanation: Explanation, columns = 100): string {
  const { error, sentence, certainty, because, remedy } = explanation;
  const lines = [error, '', wrap(`${sentence} ${certainties[certainty]}`, columns, '')];
  for (const reason of because) lines.push(wrap(`- ${reason}`, columns, '  ', ''));
  if (remedy !== undefined) {
    lines.push('', 'What to do:');
    for (const [index, step] of remedy.steps.entries()) {
      lines.push(...stepLines(step, `${index + 1}. `, columns));
    }
    if (remedy.alternatives.length > 0) {
      lines.push('', 'Other ways:');
      for (const step of remedy.alternatives) lines.push(...stepLines(step, '-  ', columns));
    }
  }
  return `${lines.join('\n')}\n`;
}
