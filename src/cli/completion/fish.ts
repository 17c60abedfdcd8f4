import { type CommandRow, commandRows } from './tables.ts';
import type { CommandNode, OptionNode, Values } from './tree.ts';

/** Completions for fish 3 and later. */
export function fishScript(tree: CommandNode): string {
  const rows = commandRows(tree);
  return `# fish completion for torpor, made by “torpor completion fish”

# The words so far that are neither options nor the value of --library.
function __torpor_words
    set -l tokens (commandline -opc)
    set -l skip
    for token in $tokens[2..]
        if test -n "$skip"
            set skip
        else if test "$token" = --library
            set skip 1
        else if not string match -q -- '-*' $token
            printf '%s\\n' $token
        end
    end
end

# Whether the command line is at the command that these words lead to.
function __torpor_at
    set -l words (__torpor_words)
    set -l count (count $argv)
    test (count $words) -ge $count
    and test "$words[1..$count]" = "$argv"
end

function __torpor_machines
    set -l tokens (commandline -opc)
    $tokens[1] __machines -- $tokens[2..] 2>/dev/null
end

complete -c torpor -f
${rows.flatMap(rowLines).join('\n')}
`;
}

function rowLines({ path, node }: CommandRow): string[] {
  const depth = path === '' ? 0 : path.split(' ').length;
  const here = path === '' ? '' : `__torpor_at ${path}; and `;
  const verbs = node.children.map(({ name, summary }) =>
    line(`${here}test (count (__torpor_words)) -eq ${depth}`, `-a ${name} -d ${quoted(summary)}`),
  );
  const at = path === '' ? undefined : `__torpor_at ${path}`;
  const options = node.options.map((option) => line(at, optionText(option)));
  const kinds = new Map(node.operands.map((values) => [values.kind, values]));
  const operands = [...kinds.values()].flatMap((values) => {
    const text = operandText(values);
    return text === undefined ? [] : [line(at, text)];
  });
  return [...verbs, ...options, ...operands];
}

function line(condition: string | undefined, rest: string): string {
  return `complete -c torpor ${condition === undefined ? '' : `-n ${quoted(condition)} `}${rest}`;
}

function optionText({ flags, summary, values }: OptionNode): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  const value = values === undefined ? [] : [valueText(values)];
  return [...names, ...value, '-d', quoted(summary)].join(' ');
}

/** -r wants a value, -x one that is no file. */
function valueText(values: Values): string {
  return values.kind === 'file' ? '-r -F' : ['-x', operandText(values) ?? []].flat().join(' ');
}

function operandText(values: Values): string | undefined {
  switch (values.kind) {
    case 'machine':
      return "-a '(__torpor_machines)'";
    case 'choice':
      return `-a ${quoted(values.choices.join(' '))}`;
    case 'file':
      return '-F';
    case 'directory':
      return "-a '(__fish_complete_directories)'";
    case 'anything':
      return undefined;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
