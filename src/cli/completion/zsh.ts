import { commandRows, quoted, valueRows, valuesWord } from './tables.ts';
import type { CommandNode } from './tree.ts';

/** Completions for zsh, to be found as \`_torpor\` in a directory of \`fpath\` or sourced. */
export function zshScript(tree: CommandNode): string {
  const rows = commandRows(tree);
  const describe = rows.map(({ path, node }) => {
    const options = path === '' ? node.options : [...node.options, ...tree.options];
    const flags = options.flatMap((option) =>
      option.flags.map((flag) => entry(flag, option.summary)),
    );
    return `    ${quoted(path)})
      verbs=(${node.children.map(({ name, summary }) => entry(name, summary)).join(' ')})
      flags=(${[...new Set(flags)].join(' ')})
      operands=(${node.operands.map((one) => quoted(valuesWord(one))).join(' ')}) ;;`;
  });
  return `#compdef torpor
# zsh completion for torpor, made by “torpor completion zsh”

_torpor_describe() {
  verbs=() flags=() operands=()
  case $1 in
${describe.join('\n')}
  esac
}

_torpor_value() {
  value=
  case "$1 $2" in
${[...valueRows(rows.slice(1)), ...valueRows(rows.slice(0, 1))].join('\n')}
  esac
}

_torpor_complete() {
  local -a names
  case $1 in
    machine)
      names=("\${(@f)$("$words[1]" __machines -- "\${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}")
      compadd -a names ;;
    choice:*)
      names=("\${(@s:,:)1#choice:}")
      compadd -a names ;;
    directory) _files -/ ;;
    file) _files ;;
  esac
}

_torpor() {
  local path= value= word
  local -i count=0 i
  local -a verbs flags operands
  _torpor_describe "$path"
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $value ]]; then
      value=
    elif [[ $word == -* ]]; then
      _torpor_value "$path" "$word"
    elif (( \${verbs[(I)$word:*]} )); then
      path=\${path:+$path }$word
      _torpor_describe "$path"
    else
      count+=1
    fi
  done
  if [[ -n $value ]]; then
    _torpor_complete "$value"
  elif [[ $words[CURRENT] == -* ]]; then
    _describe -o option flags
  elif (( $#verbs )); then
    _describe verb verbs
  elif (( $#operands )); then
    _torpor_complete "$operands[count < $#operands ? count + 1 : $#operands]"
  fi
}

if [[ $funcstack[1] == _torpor ]]; then
  _torpor "$@"
else
  compdef _torpor torpor
fi
`;
}

function entry(name: string, summary: string): string {
  return quoted(`${name.replaceAll(':', String.raw`\:`)}:${summary}`);
}
