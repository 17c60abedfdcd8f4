import type { ErrorCode, Problem } from '../contract/app-state.ts';

/** The agent's errors in another language than its own. */
export interface ProblemTexts {
  /** What went wrong and what can be done, for every code that the agent may answer with. */
  readonly codes: Readonly<Record<ErrorCode, ProblemText>>;
  /** The English words in what differs between a saved state and its machine, and what they are here. */
  readonly differences: readonly (readonly [english: RegExp, here: string])[];
}

export interface ProblemText {
  readonly title: string;
  readonly hint?: string;
}

export interface ProblemWords {
  readonly title: string;
  readonly hint: string | undefined;
  /** The agent's own sentences where the title is not one of them: they name files, amounts and reasons. */
  readonly detail: string | undefined;
}

/**
 * A problem in a language. The agent speaks English, and says more than a table of codes can; in another
 * language a sentence for the code comes first, and the agent's own can be opened below it.
 */
export function problemWords(
  { code, message, hint }: Problem,
  { problems }: { readonly problems: ProblemTexts | null },
): ProblemWords {
  if (problems === null) return { title: message, hint, detail: undefined };
  const known = problems.codes[code];
  const detail = hint === undefined ? message : `${message} ${hint}`;
  return { title: known.title, hint: known.hint, detail };
}
