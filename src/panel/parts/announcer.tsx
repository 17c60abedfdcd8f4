import { useEffect, useRef, useState } from 'preact/hooks';
import { statusWords } from '../machine/status-words.ts';
import { useStore } from '../state/context.ts';
import { keyOf } from '../state/store.ts';

/**
 * Tells a screen reader what changed by itself: the status that a machine has come to, a notice, a
 * failure. Progress is left out; it would never stop talking.
 */
export function Announcer() {
  const store = useStore();
  const { machines = [] } = store.app.value ?? {};
  const words = store.words.value;
  const known = useRef<ReadonlyMap<string, string> | null>(null);
  const [changes, setChanges] = useState('');

  useEffect(() => {
    const before = known.current;
    known.current = new Map(machines.map((machine) => [keyOf(machine), machine.status]));
    if (before === null || before.size === 0) return;
    const changed = machines.filter((machine) => {
      const status = before.get(keyOf(machine));
      return status !== undefined && status !== machine.status;
    });
    if (changed.length === 0) return;
    const now = store.now.peek();
    setChanges(changed.map((one) => `${one.name}: ${statusWords(one, now, words)}`).join('. '));
  }, [machines]);

  return (
    <>
      <p role="status" class="visually-hidden">
        {changes}
      </p>
      <p role="alert" class="visually-hidden">
        {store.said.value}
      </p>
    </>
  );
}
