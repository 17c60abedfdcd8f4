/** What was asked of the binary: `electron [-r file] [--switch[=value]] <folder> [arguments]`. */
export interface CommandLine {
  readonly switches: Map<string, string>;
  readonly requires: readonly string[];
  /** The app's folder, then what follows it. */
  readonly rest: readonly string[];
}

/** Switches before the app's folder are for the binary; everything after it is the app's own. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const switches = new Map<string, string>();
  const requires: string[] = [];
  let index = 0;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '-r' || word === '--require') {
      index += 1;
      const file = words[index];
      if (file === undefined) throw new Error(`${word} needs a file`);
      requires.push(file);
    } else if (word.startsWith('--')) {
      const [name, value] = splitSwitch(word);
      switches.set(name, value);
    } else {
      break;
    }
  }
  return { switches, requires, rest: words.slice(index) };
}

function splitSwitch(word: string): [name: string, value: string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word.slice(2), ''] : [word.slice(2, equals), word.slice(equals + 1)];
}
