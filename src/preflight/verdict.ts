import { type ExitCode, exitCodes } from '../core/errors.ts';
import type { CheckContext, CheckResult, Outcome, Step } from './checks/check.ts';
import { checks, decisive } from './checks/index.ts';

/** `no` means that what failed is known; `cannot-tell` that something unknown stands in the way of a yes. */
export type Answer = 'yes' | 'yes-with-warnings' | 'no' | 'cannot-tell';

export interface Verdict {
  readonly answer: Answer;
  /** The whole in one or two sentences. */
  readonly sentence: string;
  readonly results: readonly CheckResult[];
  /** What to do, in order, without repetitions. */
  readonly todo: readonly Step[];
  readonly restart: boolean;
  readonly alternatives: readonly Step[];
}

/** What `torpor preflight` exits with. When `strict`, warnings are not good enough either. */
export function preflightExitCode(answer: Answer, strict: boolean): ExitCode {
  switch (answer) {
    case 'yes':
      return exitCodes.done;
    case 'yes-with-warnings':
      return strict ? exitCodes.preflightWarning : exitCodes.done;
    case 'no':
      return exitCodes.preflightNo;
    case 'cannot-tell':
      return exitCodes.preflightUnknown;
  }
}

/** Runs every check. Pure: the same facts give the same verdict. Read the facts right before. */
export function judge(context: CheckContext): Verdict {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const finding = check.run(context);
    if (finding === undefined) continue;
    results.push({ id: check.id, title: check.title, ...finding });
    if (finding.outcome === 'fail' && decisive.has(check.id)) break;
    if (finding.outcome === 'fail' && check.id === 'host-architecture') {
      if (context.host.platform !== 'darwin') break;
    }
  }
  const answer = answerOf(results);
  const leaders = results.filter((each) => each.outcome === leading[answer]);
  const remedies = leaders
    .filter((each) => each.cause === undefined || each === firstOfCause(leaders, each))
    .flatMap((each) => (each.remedy === undefined ? [] : [each.remedy]));
  const todo = unique(remedies.flatMap((remedy) => remedy.steps));
  return {
    answer,
    sentence: sentenceOf(answer, results, context),
    results,
    todo: lastOnce(todo),
    restart: remedies.some((remedy) => remedy.restart),
    alternatives: unique(leaders.flatMap((each) => each.remedy?.alternatives ?? [])).filter(
      (step) => !todo.some((each) => each.text === step.text),
    ),
  };
}

function firstOfCause(results: readonly CheckResult[], one: CheckResult): CheckResult | undefined {
  return results.find((each) => each.cause === one.cause && each.remedy !== undefined);
}

const leading: Readonly<Record<Answer, Outcome>> = {
  yes: 'pass',
  'yes-with-warnings': 'warn',
  no: 'fail',
  'cannot-tell': 'unknown',
};

function answerOf(results: readonly CheckResult[]): Answer {
  const outcomes = new Set(results.map((each) => each.outcome));
  if (outcomes.has('fail')) return 'no';
  if (outcomes.has('unknown')) return 'cannot-tell';
  return outcomes.has('warn') ? 'yes-with-warnings' : 'yes';
}

function sentenceOf(
  answer: Answer,
  results: readonly CheckResult[],
  { image, words, host }: CheckContext,
): string {
  const guest = image.forVms ? words.guest(image) : 'this image';
  const where = host.platform === 'darwin' ? 'This Mac' : 'This computer';
  const lead = results.find((each) => each.outcome === leading[answer]);
  switch (answer) {
    case 'yes':
      return `${where} has everything that ${guest} asks for.`;
    case 'yes-with-warnings':
      return `${where} can probably install ${guest}, but read this first: ${lead?.sentence ?? ''}`;
    case 'no': {
      const yet = lead?.remedy !== undefined && host.platform === 'darwin' ? ' yet' : '';
      return `${where} cannot install ${guest}${image.forVms ? yet : ''}. ${lead?.sentence ?? ''}`;
    }
    case 'cannot-tell':
      return `Torpor cannot tell whether ${where.toLowerCase() === 'this mac' ? 'this Mac' : 'this computer'} can install ${guest}. ${lead?.sentence ?? ''}`;
  }
}

function unique(list: readonly Step[]): Step[] {
  return list.filter((step, index) => list.findIndex((each) => each.text === step.text) === index);
}

/** "Check again" comes once, at the end. */
function lastOnce(list: readonly Step[]): Step[] {
  const again = list.filter((step) => step.button?.action.kind === 'check-again');
  return [...list.filter((step) => !again.includes(step)), ...again.slice(0, 1)];
}
