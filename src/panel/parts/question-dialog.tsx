import { useEffect, useRef, useState } from 'preact/hooks';
import type { MachineView } from '../../contract/app-state.ts';
import { answerQuestion } from '../machine/answer-question.ts';
import { freeName } from '../machine/free-name.ts';
import { isGrave } from '../machine/menu-items.ts';
import { usePage, useWords } from '../state/context.ts';
import type { Question } from '../state/place.ts';

/** Asks before something is lost, or for the name of a copy. Escape and Cancel do nothing. */
export function QuestionDialog() {
  const { store, place } = usePage();
  const question = place.question.value;
  const machine = question === null ? undefined : store.machine(question.key);
  if (question === null || machine === undefined) return null;
  return <Ask key={question.choice + question.key} question={question} machine={machine} />;
}

function Ask({ question, machine }: { question: Question; machine: MachineView }) {
  const page = usePage();
  const { text } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const words = text.confirm[question.choice];
  const [name, setName] = useState(() => {
    const taken = (page.store.app.value?.machines ?? []).map((one) => one.name);
    return freeName(text.confirm.clone.name(machine.name), taken);
  });
  const isClone = question.choice === 'clone';
  const [isDone, setDone] = useState(false);

  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const close = (): void => {
    page.place.question.value = null;
  };

  return (
    <dialog ref={dialog} class="question" aria-labelledby="question-title" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isDone) return;
          setDone(true);
          close();
          void answerQuestion(page, question, machine, name.trim());
        }}
      >
        <h2 id="question-title">{words.title(machine.name)}</h2>
        <p>{words.text}</p>
        {isClone && (
          <label class="field">
            <span class="field-label">{text.confirm.clone.field}</span>
            <input
              type="text"
              value={name}
              maxLength={200}
              required
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </label>
        )}
        <div class="actions end">
          <button type="button" class="button" onClick={close}>
            {text.action.cancel}
          </button>
          <button
            type="submit"
            class={isGrave(question.choice) ? 'button grave-prominent' : 'button prominent'}
          >
            {words.action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
