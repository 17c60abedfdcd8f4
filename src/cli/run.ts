import { CommanderError } from '@commander-js/extra-typings';
import type { ExitCode } from '../core/errors.ts';
import { exitCodes } from '../core/errors.ts';
import { reportFailure, usageError } from './failure.ts';
import { createProgram, runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';
import { verbs } from './verbs/index.ts';

/**
 * Runs one command line, without the program's own name, and returns its exit code. Never throws:
 * what goes wrong is told on `terminal`.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const json = asksForJson(argv);
  try {
    await runProgram(withoutHelpVerb(argv), terminal);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal, json);
    if (error.exitCode === 0) return exitCodes.done;
    if (error.code !== 'commander.help') return reportFailure(error, terminal, json);
    if (!json) terminal.stderr.write(`${createProgram(terminal).program.helpInformation()}\n`);
    return reportFailure(usageError('A verb is missing.', 'See “torpor help”.'), terminal, json);
  }
}

/** Looked for in the text itself, since a command line that cannot be parsed has to be answered too. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** `help start` as `start --help`, which loads the verb that is to be explained. */
function withoutHelpVerb(argv: readonly string[]): readonly string[] {
  const [first, verb] = argv;
  if (first !== 'help' || verb === undefined || verb.startsWith('-')) return argv;
  const rest = argv.slice(1);
  // A verb that does not exist is refused as it is, since --help would print everything instead.
  return verbs.some(({ name }) => name === verb) ? [...rest, '--help'] : rest;
}
