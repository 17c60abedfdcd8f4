import { useEffect, useRef } from 'preact/hooks';
import type { MachineView } from '../../contract/app-state.ts';
import { choose } from '../machine/operate.ts';
import { usePage, useWords } from '../state/context.ts';
import { keyOf } from '../state/store.ts';
import { MachineRow } from './machine-row.tsx';
import { moveFocus } from './row-keys.ts';

/** The machines as rows. Tab enters at the row that was last used; arrow keys move between rows. */
export function MachineList({ machines }: { machines: readonly MachineView[] }) {
  const page = usePage();
  const { text } = useWords();
  const { row } = page.place;
  const list = useRef<HTMLUListElement>(null);
  const keys = machines.map(keyOf);
  const current = keys.includes(row.value ?? '') ? row.value : keys[0];

  useEffect(() => {
    // Back from the details: to where one came from.
    if (row.peek() === null || document.activeElement !== document.body) return;
    list.current?.querySelector<HTMLElement>('.row-button[tabindex="0"]')?.focus();
  }, [row]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (list.current === null) return;
    const machine = machines[keys.indexOf(current ?? '')];
    if (event.key === 'i' && (event.ctrlKey || event.metaKey) && machine !== undefined) {
      event.preventDefault();
      void choose(page, machine, 'details');
      return;
    }
    const at = moveFocus(event, list.current);
    if (at !== undefined) row.value = keys[at] ?? null;
  };

  const onFocusIn = ({ target }: FocusEvent): void => {
    const rows = [...(list.current?.querySelectorAll(':scope > .row') ?? [])];
    const at = rows.findIndex((one) => target instanceof Node && one.contains(target));
    if (at >= 0) row.value = keys[at] ?? null;
  };

  return (
    <ul
      ref={list}
      class="list"
      aria-label={text.list.label}
      onKeyDown={onKeyDown}
      onFocusIn={onFocusIn}
    >
      {machines.map((machine) => (
        <MachineRow key={keyOf(machine)} machine={machine} isCurrent={keyOf(machine) === current} />
      ))}
    </ul>
  );
}
