import type { CommandNode, Values } from './tree.ts';

/**
 * The tree as the rows of `case` statements, which bash and zsh share. A command is known by the
 * words that lead to it (`agent run`, the program itself by none), values by one word: `machine`,
 * `file`, `directory`, `anything`, or `choice:a,b`.
 */
export interface CommandRow {
  readonly path: string;
  readonly node: CommandNode;
}

/** Every command, the program first, each after its parent. */
export function commandRows(node: CommandNode, path = ''): CommandRow[] {
  const below = node.children.flatMap((child) =>
    commandRows(child, path === '' ? child.name : `${path} ${child.name}`),
  );
  return [{ path, node }, ...below];
}

/** `case` rows that set `value` to what follows a flag; `*` stands for the options of every command. */
export function valueRows(rows: readonly CommandRow[]): string[] {
  return rows.flatMap(({ path, node }) =>
    node.options.flatMap(({ flags, values }) =>
      values === undefined
        ? []
        : flags.map((flag) => {
            const pattern = path === '' ? `*' ${flag}'` : quoted(`${path} ${flag}`);
            return `    ${pattern}) value=${quoted(valuesWord(values))} ;;`;
          }),
    ),
  );
}

export function valuesWord(values: Values): string {
  return values.kind === 'choice' ? `choice:${values.choices.join(',')}` : values.kind;
}

/** `text` as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
