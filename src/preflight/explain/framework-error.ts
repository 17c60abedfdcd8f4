import { z } from 'zod';
import { TorporError } from '../../core/errors.ts';

/** An NSError as plain data, with what lies under it. */
export interface FrameworkError {
  readonly domain: string;
  readonly code: number;
  /** What the framework says: description, failure and reason, whichever there are. */
  readonly text: string;
  readonly underlying: readonly FrameworkError[];
}

const shape: z.ZodType<FrameworkError> = z.lazy(() =>
  z.object({
    domain: z.string(),
    code: z.number(),
    text: z.string(),
    underlying: z.array(shape),
  }),
);

/** The error that a driver put into the details of its own; undefined when `value` is none. */
export function frameworkErrorOf(value: unknown): FrameworkError | undefined {
  return shape.safeParse(value).data;
}

export const vzDomain = 'VZErrorDomain';

const longestText = 20_000;

/**
 * Reads an error as people copy it: a number (`10006`), or the text of an alert, a console or a
 * crash report (`Error Domain=VZErrorDomain Code=10007 "..." UserInfo={...}`). Nested errors are
 * taken in the order in which they stand. Throws BAD_REQUEST when there is no error in the text.
 */
export function parseFrameworkError(input: string): FrameworkError {
  const text = input.slice(0, longestText).trim();
  const bare = /^(?:VZErrorDomain\s*)?(?:code\s*)?(-?\d{1,6})$/i.exec(text)?.[1];
  if (bare !== undefined) {
    return { domain: vzDomain, code: Number(bare), text: '', underlying: [] };
  }
  const found = [...text.matchAll(/Domain=\s*"?([\w.]{1,80})"?[,\s]+Code=\s*"?(-?\d{1,12})/g)];
  const [first, ...inner] = found.map((match) => ({
    domain: match[1] ?? '',
    code: Number(match[2]),
  }));
  if (first !== undefined) {
    const underlying = inner
      .filter((each) => each.domain !== first.domain || each.code !== first.code)
      .map((each) => ({ ...each, text: '', underlying: [] }));
    return { ...first, text, underlying };
  }
  const known = codeOfText(text);
  if (known !== undefined) return { domain: vzDomain, code: known, text, underlying: [] };
  throw new TorporError('BAD_REQUEST', 'Torpor found no error of Apple’s framework in this text.', {
    hint: 'Give the number, for instance 10006, or the whole text from the alert or the log.',
  });
}

/** What alerts show instead of a code. */
const texts: readonly (readonly [part: RegExp, code: number])[] = [
  [/software update is required to complete the installation|requires a software update/i, 10006],
  [/an error occurred during installation|AMRestorePerform/i, 10007],
  [/unable to connect to installation service|restore image failed to load/i, 10004],
  [/installation service returned an unexpected error|internal virtualization error/i, 1],
  [/unsupported "?hardwareModel/i, 2],
  [/maximum supported number of active virtual machines/i, 6],
];

function codeOfText(text: string): number | undefined {
  return texts.find(([part]) => part.test(text))?.[1];
}

/** The error of the restoring code under a 10007, from the chain or from its text. */
export function restoreErrorOf(error: FrameworkError): number | undefined {
  const inner = flatten(error).find((each) => each.domain === 'AMRestoreErrorDomain');
  if (inner !== undefined) return inner.code;
  const said = /failed with error:\s*(-?\d{1,9})/.exec(allText(error))?.[1];
  return said === undefined ? undefined : Number(said);
}

export function flatten(error: FrameworkError): readonly FrameworkError[] {
  const all: FrameworkError[] = [];
  const queue = [error];
  for (let next = queue.shift(); next !== undefined && all.length < 50; next = queue.shift()) {
    all.push(next);
    queue.push(...next.underlying);
  }
  return all;
}

export function allText(error: FrameworkError): string {
  return flatten(error)
    .map((each) => each.text)
    .join('\n');
}
