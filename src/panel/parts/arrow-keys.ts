/**
 * Where an arrow key, Home, End or a letter leads among `items`, of which one has focus; undefined
 * for any other key. Prevents what the browser would do with the key.
 */
export function arrowTarget(
  event: KeyboardEvent,
  items: readonly HTMLElement[],
): HTMLElement | undefined {
  const target = targetOf(event, items);
  if (target !== undefined) event.preventDefault();
  return target;
}

function targetOf(event: KeyboardEvent, items: readonly HTMLElement[]): HTMLElement | undefined {
  const current = items.findIndex(hasFocus);
  switch (event.key) {
    case 'ArrowDown':
      return items[(current + 1) % items.length];
    case 'ArrowUp':
      return items.at(current <= 0 ? -1 : current - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default:
      return byLetter(event, items, current);
  }
}

function byLetter(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  items: readonly HTMLElement[],
  current: number,
): HTMLElement | undefined {
  if (key.length !== 1 || key === ' ' || ctrlKey || metaKey || altKey) return undefined;
  const letter = key.toLocaleLowerCase();
  const fromHere = [...items.slice(current + 1), ...items.slice(0, current + 1)];
  return fromHere.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(letter));
}

export function hasFocus(item: HTMLElement): boolean {
  return item === document.activeElement;
}
