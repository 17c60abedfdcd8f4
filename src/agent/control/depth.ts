const quote = 0x22;
const backslash = 0x5c;
const openers: readonly number[] = [0x5b, 0x7b];
const closers: readonly number[] = [0x5d, 0x7d];

/**
 * Whether a JSON text nests arrays and objects deeper than `limit`. A megabyte of brackets takes
 * JSON.parse more than a second, during which nobody else is served; this takes milliseconds. Says
 * nothing about whether the text is JSON.
 */
export function nestsDeeperThan(limit: number, text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isInString && code === backslash) index += 1;
    else if (code === quote) isInString = !isInString;
    else if (isInString) continue;
    else if (openers.includes(code)) depth += 1;
    else if (closers.includes(code)) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}
