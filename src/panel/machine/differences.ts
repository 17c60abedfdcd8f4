import type { Problem } from '../../contract/app-state.ts';
import type { Words } from '../text/text.ts';

export interface Difference {
  readonly what: string;
  readonly saved: string;
  readonly now: string;
}

/** The exact differences that a refused state came with; none for any other problem. */
export function differencesOf({ details }: Problem): readonly Difference[] {
  const found = details?.differences;
  return Array.isArray(found) ? found.filter(isDifference) : [];
}

/** A difference in words: fields by their names, moments as dates of the reader's language. */
export function wordDifference(difference: Difference, { text, format }: Words): Difference {
  const named = Object.entries(text.problem.fields).find(([field]) => field === difference.what);
  const own = text.problems?.differences ?? [];
  const word = (value: string): string =>
    own
      .reduce((words, [english, here]) => words.replace(english, here), value)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (moment) => format.date(moment));
  return {
    what: named?.[1] ?? word(difference.what),
    saved: word(difference.saved),
    now: word(difference.now),
  };
}

function isDifference(value: unknown): value is Difference {
  if (typeof value !== 'object' || value === null) return false;
  return ['what', 'saved', 'now'].every(
    (key) => typeof Object.entries(value).find(([name]) => name === key)?.[1] === 'string',
  );
}
