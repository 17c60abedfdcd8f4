import type { Problem } from '../../contract/app-state.ts';

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

function isDifference(value: unknown): value is Difference {
  if (typeof value !== 'object' || value === null) return false;
  return ['what', 'saved', 'now'].every(
    (key) => typeof Object.entries(value).find(([name]) => name === key)?.[1] === 'string',
  );
}
