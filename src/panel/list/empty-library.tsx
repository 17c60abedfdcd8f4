import { Icon } from '../parts/icon.tsx';
import { useStore, useWords } from '../state/context.ts';

/** Before the first machine, or before the agent has said which there are. */
export function EmptyLibrary() {
  const store = useStore();
  const { text } = useWords();
  if (store.app.value === null) {
    return store.failure.value === null ? (
      <p class="nothing">{text.list.loading}</p>
    ) : (
      <div class="empty">
        <h2>{text.list.unreachable}</h2>
        <button type="button" class="button prominent" onClick={() => void store.load()}>
          {text.action.retry}
        </button>
      </div>
    );
  }
  return (
    <div class="empty">
      <span class="empty-sign">
        <Icon name="moon" size={28} />
      </span>
      <h2>{text.list.empty.title}</h2>
      <p>{text.list.empty.text}</p>
      <button
        type="button"
        class="button prominent"
        onClick={() => void store.ask('window.open', { window: 'create' })}
      >
        {text.list.empty.action}
      </button>
    </div>
  );
}
