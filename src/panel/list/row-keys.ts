import { hasFocus } from '../parts/arrow-keys.ts';

/**
 * Moves focus in the list: up and down between rows, left and right between the buttons of one, Home
 * and End to the ends. @returns the index of the row that has focus now; undefined for another key
 */
export function moveFocus(event: KeyboardEvent, list: HTMLElement): number | undefined {
  const rows = [...list.querySelectorAll<HTMLElement>(':scope > .row')];
  const from = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[from];
  if (row === undefined) return undefined;
  const to = rowFor(event.key, from, rows.length);
  if (to !== undefined) {
    event.preventDefault();
    buttonsOf(rows[to])[0]?.focus();
    rows[to]?.scrollIntoView({ block: 'nearest' });
    return to;
  }
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return undefined;
  event.preventDefault();
  const buttons = buttonsOf(row);
  const at = buttons.findIndex(hasFocus);
  buttons[at + step]?.focus();
  return from;
}

function rowFor(key: string, from: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(from + 1, count - 1);
    case 'ArrowUp':
      return Math.max(from - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function buttonsOf(row: HTMLElement | undefined): HTMLElement[] {
  return row ? [...row.querySelectorAll<HTMLElement>('.row-line > button')] : [];
}
