import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { torporVersion } from '../agent/version.ts';
import { type Context, createContext } from './context.ts';
import type { Terminal } from './terminal.ts';
import { verbs } from './verbs/index.ts';

/** The command line as commander sees it, with the verbs named but not loaded. */
export function createProgram(terminal: Terminal) {
  const program = new Command('torpor')
    .description('Keeps virtual machines suspended to state files while they are not in use.')
    .usage('[options] VERB')
    .option('--json', 'print JSON for programs')
    .option(
      '--library <dir>',
      'the folder of machines (default: $TORPOR_LIBRARY or your own library)',
    )
    .option('-q, --quiet', 'print errors only')
    .option('--no-color', 'no colours, as with NO_COLOR set')
    .version(torporVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a verb')
    .helpCommand('help [verb]', 'explain a verb')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // What went wrong is told once, by reportFailure.
      writeErr: () => {},
      getOutHelpWidth: () => terminal.stdout.columns ?? 80,
      getOutHasColors: () => false,
    });
  const commands = new Map<string, Command>();
  for (const { name, summary, hidden } of verbs) {
    const command = new Command(name).description(summary).copyInheritedSettings(program);
    program.addCommand(command, { hidden: hidden === true });
    commands.set(name, command);
  }
  return { program, commands };
}

export type Program = ReturnType<typeof createProgram>;

/** Parses `argv` and does what it says; the one verb that is named is loaded on the way. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<void> {
  const { program, commands } = createProgram(terminal);
  let context: Context | undefined;
  program.hook('preSubcommand', async (_program, command) => {
    const { json = false, quiet = false, color, library } = program.opts();
    context = createContext(terminal, {
      json,
      quiet,
      color: color && terminal.stdout.isTTY === true && !terminal.env.NO_COLOR,
      library: library ? resolve(terminal.cwd, library) : terminal.agent.defaultLibrary(),
    });
    await defineVerb(commands, command.name(), context);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } finally {
    context?.close();
  }
}

/** Loads every verb, for whoever wants to know them all. */
export async function defineAllVerbs({ commands }: Program, context: Context): Promise<void> {
  await Promise.all([...commands.keys()].map((name) => defineVerb(commands, name, context)));
}

async function defineVerb(
  commands: ReadonlyMap<string, Command>,
  name: string,
  context: Context,
): Promise<void> {
  const command = commands.get(name);
  const verb = await verbs.find((entry) => entry.name === name)?.load();
  if (command === undefined) return;
  verb?.define(command, context);
  setNegatedDefaults(command);
}

/**
 * `--no-network` alone means a network unless it is given. Commander sees to that before a command is
 * loaded, when its options are not known yet.
 */
function setNegatedDefaults(command: Command): void {
  const flags = new Set(command.options.map(({ long }) => long));
  for (const option of command.options) {
    if (!option.negate || flags.has(option.long?.replace('--no-', '--'))) continue;
    command.setOptionValueWithSource(option.attributeName(), true, 'default');
  }
}
