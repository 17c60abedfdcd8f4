import type { CreationView } from '../../contract/app-state.ts';
import { timeLeft } from '../machine/status-words.ts';
import { useStore, useWords } from '../state/context.ts';

/** A machine that is being made: the step, how far it is, and how to end it. */
export function Making({ creation }: { creation: CreationView }) {
  const store = useStore();
  const { text, format } = useWords();
  const { id, name, step, stepStartedAt, fraction, cancellable } = creation;
  const words = text.create.making;
  const left = fraction === null ? null : timeLeft(stepStartedAt, fraction, store.now.value);
  return (
    <section class="card" aria-label={words.label(name)}>
      <p aria-live="polite">{words.steps[step]}</p>
      <progress
        class="progress"
        aria-label={words.label(name)}
        value={fraction ?? undefined}
        max={1}
      />
      <p class="quiet">
        {fraction !== null && format.percent(fraction)}
        {left !== null && `, ${text.progress.left(format.duration(left))}`}
      </p>
      <div class="actions end">
        <button
          type="button"
          class="button"
          disabled={!cancellable}
          onClick={() => void store.ask('machine.cancel', { machine: id })}
        >
          {words.cancel}
        </button>
      </div>
    </section>
  );
}
