import type { Step } from '../checks/check.ts';

/** A step with its command and address below it; `mark` begins it. */
export function stepLines(step: Step, mark: string, width: number): string[] {
  const lines = [wrap(`${mark}${step.text}`, width, '     ', '  ')];
  if (step.command !== undefined) lines.push(`       ${step.command}`);
  const action = step.button?.action;
  if (action?.kind === 'open-address') lines.push(`       ${action.url}`);
  return lines;
}

/** `first` begins the first line, `rest` the others. */
export function wrap(text: string, width: number, rest: string, first = rest): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/ (?! )/)) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${rest}${word}`;
    } else {
      line = empty ? `${line}${word}` : `${line} ${word}`;
    }
    empty = false;
  }
  return [...lines, line].join('\n');
}
