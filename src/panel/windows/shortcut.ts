/** What of a key press tells which shortcut it is; a KeyboardEvent has it. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

const named: ReadonlyMap<string, string> = new Map([
  ['Space', 'Space'],
  ['ArrowUp', 'Up'],
  ['ArrowDown', 'Down'],
  ['ArrowLeft', 'Left'],
  ['ArrowRight', 'Right'],
  ['Home', 'Home'],
  ['End', 'End'],
]);

/**
 * The shortcut of a key press as Electron writes it, `Control+Alt+T`; null for one without a key, or
 * without a modifier that keeps it apart from typing.
 */
export function acceleratorOf(press: KeyPress): string | null {
  if (!press.ctrlKey && !press.altKey && !press.metaKey) return null;
  const key = keyOf(press.code);
  if (key === undefined) return null;
  const modifiers = [
    press.ctrlKey ? ['Control'] : [],
    press.altKey ? ['Alt'] : [],
    press.shiftKey ? ['Shift'] : [],
    press.metaKey ? ['Super'] : [],
  ].flat();
  return [...modifiers, key].join('+');
}

/** By the place on the keyboard: with Alt held, many layouts type something else. */
function keyOf(code: string): string | undefined {
  const [, character] = /^(?:Key|Digit)([A-Z0-9])$/.exec(code) ?? [];
  if (character !== undefined) return character;
  return /^F([1-9]|1[0-9]|2[0-4])$/.test(code) ? code : named.get(code);
}
