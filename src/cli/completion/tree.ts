import type { Argument, CommandUnknownOpts, Option } from '@commander-js/extra-typings';

/** What the shells need to know of a command; read from what the verbs declare. */
export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionNode[];
  /** What its arguments are; the last one counts for all that follow. */
  readonly operands: readonly Values[];
  readonly children: readonly CommandNode[];
}

export interface OptionNode {
  /** `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** What follows it; undefined when nothing does. */
  readonly values: Values | undefined;
}

export type Values =
  | { readonly kind: 'machine' | 'file' | 'directory' | 'anything' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export function commandTree(command: CommandUnknownOpts): CommandNode {
  const all = [...command.options, ...command.createHelp().visibleOptions(command)];
  return {
    name: command.name(),
    summary: command.description(),
    options: [...new Set(all)].filter((option) => !option.hidden).map(optionNode),
    operands: command.registeredArguments.map(operandValues),
    children: command.createHelp().visibleCommands(command).map(commandTree),
  };
}

function optionNode(option: Option): OptionNode {
  const { short, long, description, argChoices, required, optional, flags } = option;
  const takesValue = required || optional;
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    summary: description,
    values: takesValue
      ? valuesNamed(/[<[]([^>\]]+)/.exec(flags)?.[1] ?? '', argChoices)
      : undefined,
  };
}

function operandValues(argument: Argument): Values {
  return valuesNamed(argument.name(), argument.argChoices);
}

function valuesNamed(name: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: 'choice', choices };
  if (name === 'machine' || name === 'file') return { kind: name };
  return { kind: name === 'dir' ? 'directory' : 'anything' };
}
