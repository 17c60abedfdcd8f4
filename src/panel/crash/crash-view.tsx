import { useState } from 'preact/hooks';
import type { Recoverable } from '../../contract/lifecycle.ts';
import { useStore, useWords } from '../state/context.ts';

/** After a crash: which machines are to come back. Nothing comes back before it is answered. */
export function CrashView({ machines }: { machines: readonly Recoverable[] }) {
  const store = useStore();
  const { text } = useWords();
  const choosable = machines.filter(({ left }) => left !== 'running');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set(choosable.filter(({ left }) => left === 'suspended').map(({ id }) => id)),
  );
  const toggle = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const decide = (restore: readonly string[]) => void store.ask('crash.decide', { restore });
  return (
    <>
      <header class="bar">
        <h1>{text.crash.title}</h1>
      </header>
      <main class="scroll">
        <p class="lead">{text.crash.text}</p>
        <ul class="list steps" aria-label={text.crash.label}>
          {machines.map(({ id, name, left }) => (
            <li key={id} class="step">
              <label class="step-line">
                <input
                  type="checkbox"
                  checked={left === 'running' || chosen.has(id)}
                  disabled={left === 'running'}
                  onChange={({ currentTarget }) => toggle(id, currentTarget.checked)}
                />
                <span class="row-words">
                  <span class="row-name" title={name}>
                    {name}
                  </span>
                  <span class="row-memory">{text.crash.left[left]}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
      </main>
      <footer class="bar roomy">
        <button type="button" class="button" onClick={() => decide([])}>
          {text.crash.none}
        </button>
        <span class="grow" />
        <button
          type="button"
          class="button prominent"
          disabled={chosen.size === 0}
          onClick={() => decide([...chosen])}
        >
          {text.crash.restore(chosen.size)}
        </button>
      </footer>
    </>
  );
}
