import { commandRows, quoted, valueRows, valuesWord } from './tables.ts';
import type { CommandNode } from './tree.ts';

/** Completions for bash 3.2 and later, which is what macOS has: no associative arrays, no mapfile. */
export function bashScript(tree: CommandNode): string {
  const rows = commandRows(tree);
  const globalFlags = tree.options.flatMap(({ flags }) => flags);
  const describe = rows.map(({ path, node }) => {
    const verbs = node.children.map(({ name }) => name).join(' ');
    const own = node.options.flatMap(({ flags }) => flags);
    const flags = [...new Set([...own, ...globalFlags])].join(' ');
    const operands = node.operands.map(valuesWord).join(' ');
    return `    ${quoted(path)}) verbs=${quoted(verbs)} flags=${quoted(flags)} operands=${quoted(operands)} ;;`;
  });
  return `# bash completion for torpor, made by “torpor completion bash”

_torpor_describe() {
  case $1 in
${describe.join('\n')}
    *) verbs= flags= operands= ;;
  esac
}

_torpor_value() {
  case "$1 $2" in
${[...valueRows(rows.slice(1)), ...valueRows(rows.slice(0, 1))].join('\n')}
    *) value= ;;
  esac
}

_torpor_machines() {
  local name typed=\${1//\\\\/} quote=
  [[ $1 == [\\'\\"]* ]] && quote=1 typed=\${1#?}
  while IFS= read -r name; do
    [[ $name == "$typed"* ]] || continue
    [[ $quote ]] || printf -v name %q "$name"
    COMPREPLY+=("$name")
  done < <("\${COMP_WORDS[0]}" __machines -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}

_torpor_complete() {
  case $1 in
    machine) _torpor_machines "$2" ;;
    choice:*) COMPREPLY=($(compgen -W "$(tr , ' ' <<<"\${1#choice:}")" -- "$2")) ;;
  esac
}

_torpor() {
  local typed=\${COMP_WORDS[COMP_CWORD]} path= value= verbs flags operands word i count=0
  COMPREPLY=()
  _torpor_describe "$path"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $value ]]; then
      value=
    elif [[ $word == -* ]]; then
      _torpor_value "$path" "$word"
    elif [[ " $verbs " == *" $word "* ]]; then
      path=\${path:+$path }$word
      _torpor_describe "$path"
    else
      count=$((count + 1))
    fi
  done
  if [[ $value ]]; then
    _torpor_complete "$value" "$typed"
  elif [[ $typed == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$typed"))
  elif [[ $verbs ]]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$typed"))
  else
    set -- $operands
    [[ $# -gt 0 ]] || return
    ((count < $#)) || count=$(($# - 1))
    shift $count
    _torpor_complete "$1" "$typed"
  fi
}

# What is not answered here is completed as a file by bash itself.
complete -o bashdefault -o default -F _torpor torpor
`;
}
