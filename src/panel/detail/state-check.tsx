import { useState } from 'preact/hooks';
import type { MachineView } from '../../contract/app-state.ts';
import { cancel } from '../machine/operate.ts';
import { canCancel, upkeepOf, upkeepWords } from '../machine/upkeep.ts';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { usePage, useWords } from '../state/context.ts';
import { keyOf } from '../state/store.ts';

interface Verdict {
  readonly words: string;
  /** The files that are no longer as they were. */
  readonly files: readonly string[];
}

/** Reads a saved state whole, or makes it smaller, and says what came of it. */
export function StateCheck({ machine }: { machine: MachineView }) {
  const page = usePage();
  const { store } = page;
  const words = useWords();
  const { text } = words;
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const { savedState } = machine;
  if (savedState === null || machine.status !== 'suspended') return null;
  const key = keyOf(machine);
  const upkeep = upkeepOf(machine);

  const verify = async (): Promise<void> => {
    setVerdict(null);
    const answer = await store.ask('machine.verify', { machine: key, background: false });
    const found = answer.ok ? answer.value.verification : null;
    if (found === null) return;
    setVerdict({
      words: text.detail.verdicts[found.verdict],
      files: found.files
        .filter((one) => one.verdict === 'changed' || one.verdict === 'missing')
        .map(({ path }) => path),
    });
  };

  return (
    <div class="state-check">
      {upkeep === null ? (
        <div class="actions">
          <button type="button" class="button small" onClick={() => void verify()}>
            {text.action.verify}
          </button>
          {savedState.form === undefined && (
            <button
              type="button"
              class="button small"
              onClick={() => void store.ask('machine.compact', { machine: key })}
            >
              {text.action.compact}
            </button>
          )}
        </div>
      ) : (
        <div class="upkeep">
          <span class="quiet">{upkeepWords(machine, words)}</span>
          {canCancel(machine) && (
            <button type="button" class="button small" onClick={() => void cancel(page, machine)}>
              {text.action.cancel}
            </button>
          )}
          <ProgressBar machine={machine} />
        </div>
      )}
      <div role="status">
        {verdict !== null && upkeep === null && (
          <>
            <p>{verdict.words}</p>
            {verdict.files.length > 0 && (
              <ul class="plain">
                {verdict.files.map((file) => (
                  <li key={file} class="path" title={file}>
                    {file}
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </div>
    </div>
  );
}
