import type { MachineDetail } from '../../contract/app-state.ts';
import { useStore, useWords } from '../state/context.ts';

interface ConsoleTailProps {
  readonly detail: MachineDetail | null;
  readonly onRefresh: () => Promise<void>;
}

/** What the guest wrote last, and the way to what Torpor wrote. */
export function ConsoleTail({ detail, onRefresh }: ConsoleTailProps) {
  const store = useStore();
  const { text } = useWords();
  const tail = printable(detail?.consoleTail ?? '');
  const logPath = store.info.value?.logPath;
  return (
    <>
      {tail.trim() === '' ? (
        <p class="quiet console-empty">{text.detail.consoleEmpty}</p>
      ) : (
        <section aria-label={text.detail.consoleLabel}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard has to reach it */}
          <pre class="console" tabIndex={0}>
            {tail}
          </pre>
        </section>
      )}
      <div class="actions">
        <button type="button" class="button small" onClick={() => void onRefresh()}>
          {text.detail.refresh}
        </button>
        {logPath !== undefined && (
          <button
            type="button"
            class="button small"
            onClick={() => void store.ask('file.reveal', { path: logPath })}
          >
            {text.detail.showLog}
          </button>
        )}
      </div>
    </>
  );
}

const startOfSequence = String.fromCharCode(27);
const sequences = new RegExp(`${startOfSequence}(?:\\[[0-9;?]*[ -/]*[@-~]|[@-Z\\\\-_])`, 'g');

/** Without what would steer a terminal: colours, cursor, bells. */
export function printable(text: string): string {
  return text.replaceAll(sequences, '').replaceAll(/\p{Cc}/gu, (one) => (one === '\n' ? one : ''));
}
