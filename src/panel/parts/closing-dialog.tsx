import { useEffect, useRef } from 'preact/hooks';
import type { MachineView } from '../../contract/app-state.ts';
import { useStore, useWords } from '../state/context.ts';

/**
 * Asks what becomes of a guest whose native window a person closed, where that is the machine's policy.
 * The window stays open until there is an answer, so Escape and Cancel leave all as it is.
 */
export function ClosingDialog() {
  const store = useStore();
  const key = store.closing.value;
  const machine = key === null ? undefined : store.machine(key);
  if (key === null || machine === undefined || !isThere(machine)) return null;
  return <Ask key={key} machineKey={key} machine={machine} />;
}

function isThere({ status }: MachineView): boolean {
  return status === 'running' || status === 'paused';
}

function Ask({ machineKey, machine }: { machineKey: string; machine: MachineView }) {
  const store = useStore();
  const { text } = useWords();
  const isPaused = machine.status === 'paused';
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => {
    store.closing.value = null;
  };
  const answer = (ask: () => Promise<unknown>) => (): void => {
    close();
    void ask();
  };
  return (
    <dialog ref={dialog} class="question choices" aria-labelledby="closing-title" onClose={close}>
      <h2 id="closing-title">{text.closing.title(machine.name)}</h2>
      <p>{isPaused ? text.closing.textPaused : text.closing.text}</p>
      <div class="actions">
        <button
          type="button"
          class="button prominent"
          onClick={answer(() =>
            store.ask('machine.suspend', { machine: machineKey, reason: 'user' }),
          )}
        >
          {text.closing.suspend}
        </button>
        <button
          type="button"
          class="button"
          onClick={answer(() => store.ask('machine.window', { machine: machineKey, shown: false }))}
        >
          {isPaused ? text.closing.hidePaused : text.closing.hide}
        </button>
        <button type="button" class="button" onClick={close}>
          {text.action.cancel}
        </button>
      </div>
    </dialog>
  );
}
