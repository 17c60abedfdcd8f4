import { CommanderError } from '@commander-js/extra-typings';
import {
  type ExitCode,
  exitCodeOf,
  fromProblem,
  type Problem,
  TorporError,
  toProblem,
  toTorporError,
} from '../core/errors.ts';
import { printable, printableJson } from './format/printable.ts';
import type { Terminal } from './terminal.ts';

/** A failure that was told already, so that only the exit code is left to give. */
export class AlreadyTold extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super(`ends with ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** A mistake on the command line; exits with 2. */
export function usageError(message: string, hint?: string): TorporError {
  return new TorporError('BAD_REQUEST', message, { hint });
}

/** A problem as `--json` prints it: the hint is always there, null when there is none. */
export function problemJson(problem: Problem) {
  const { code, message, hint, details } = problem;
  return { code, message, hint: hint ?? null, ...(details === undefined ? {} : { details }) };
}

/**
 * Tells what went wrong: with `json` as one object on standard output, else in words on standard
 * error. Returns the exit code, which is that of the first failure when several machines failed.
 */
export function reportFailure(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  if (error instanceof AlreadyTold) return error.exitCode;
  const problems = failuresIn(error).map(toProblem);
  const first = problems[0] ?? toProblem(error);
  if (json) {
    // One line, which an agent that is started in the background announces itself by.
    terminal.stdout.write(`${printableJson({ error: problemJson(first) })}\n`);
  } else {
    for (const problem of problems) terminal.stderr.write(problemText(problem));
  }
  return exitCodeOf(first.code);
}

/** One error for several that failed: each is told to a person, `--json` prints the first. */
export function failuresOf(problems: readonly Problem[], details: Problem['details']): Error {
  const [first, ...others] = problems.map(fromProblem);
  if (first === undefined) return new TorporError('INTERNAL', 'Nothing failed.');
  const { hint, cause } = first;
  const whole = new TorporError(first.code, first.message, {
    hint,
    cause,
    details: { ...first.details, ...details },
  });
  return new AggregateError([whole, ...others], first.message);
}

function failuresIn(error: unknown): TorporError[] {
  if (error instanceof AggregateError) return error.errors.map(toTorporError);
  if (error instanceof CommanderError) return [fromCommander(error)];
  return [toTorporError(error)];
}

/** Commander writes `error: unknown command 'lst'`, and its suggestion on a line of its own. */
function fromCommander(error: CommanderError): TorporError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint =
    suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See “torpor help” and “torpor help VERB”.';
  return usageError(
    `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`.replace(/\.\.$/, '.'),
    hint,
  );
}

/** As a person reads it on standard error. */
export function problemText({ message, hint }: Problem): string {
  return printable(`torpor: ${message}\n${hint ? `  ${hint}\n` : ''}`);
}
