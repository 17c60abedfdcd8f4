import type { Outlook } from '../../contract/app-state.ts';
import type { PreflightAction } from '../../contract/preflight.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore, useWords } from '../state/context.ts';
import { Step } from '../windows/verdict.tsx';

/** What will matter at the next installation of macOS. Nothing is broken now, so it is said calmly. */
export function OutlookNote({ outlook }: { outlook: Outlook }) {
  const store = useStore();
  const { text } = useWords();
  // Checking the host reads it anew; when the cause is gone, so is this note.
  const act = (action: PreflightAction): void => {
    if (action.kind === 'check-again') void store.ask('host.check', {});
    else void store.ask('preflight.act', { action });
  };
  return (
    <aside class="problem" aria-label={text.list.outlook}>
      <Icon name="warning" />
      <details class="problem-words">
        <summary>{text.list.outlook}</summary>
        <p>{outlook.sentence}</p>
        <ol class="todo">
          {outlook.todo.map((step) => (
            <Step key={step.text} step={step} onAct={act} />
          ))}
        </ol>
      </details>
    </aside>
  );
}
