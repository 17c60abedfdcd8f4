import type { MachineDetail, MachineView, Problem } from '../../contract/app-state.ts';
import { obviousAction } from '../machine/obvious.ts';
import { cancel, choose } from '../machine/operate.ts';
import { memoryWords, progressWords, statusWords } from '../machine/status-words.ts';
import { MachineProblem } from '../parts/machine-problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { usePage, useWords } from '../state/context.ts';
import type { Text } from '../text/text.ts';
import { Facts } from './facts.tsx';
import { SavedStateFacts } from './saved-state.tsx';

interface OverviewProps {
  readonly machine: MachineView;
  readonly detail: MachineDetail | null;
}

export function Overview({ machine, detail }: OverviewProps) {
  const words = useWords();
  const { store } = usePage();
  const { text, format } = words;
  const now = store.now.value;
  const memory = progressWords(machine, now, words) || memoryWords(machine, words);
  return (
    <>
      <Screen machine={machine} />
      <div class="headline" data-status={machine.status}>
        <p class="headline-words">
          <span class="row-status">
            <span class="dot" aria-hidden="true" />
            {statusWords(machine, now, words)}
          </span>
          <span class="row-memory">{memory}</span>
        </p>
        <MainAction machine={machine} />
        {machine.progress !== null && <ProgressBar machine={machine} />}
      </div>
      <MachineProblem machine={machine} />
      <SavedStateFacts
        machine={machine}
        setAside={detail?.setAside ?? []}
        digests={detail?.digests}
      />
      <section>
        <h2>{text.detail.machine}</h2>
        <Facts
          facts={[
            [text.detail.hypervisor, machine.driver && text.drivers[machine.driver]],
            [text.machineSettings.memory, machine.memoryMiB && format.mebibytes(machine.memoryMiB)],
            [text.machineSettings.cpus, machine.cpus],
            [
              text.detail.lastUsed,
              machine.lastUsed === 0 ? text.statusSince.never : format.date(machine.lastUsed),
            ],
            [text.detail.bundle, machine.path],
          ]}
        />
      </section>
      {detail !== null && detail.missing.length > 0 && (
        <section>
          <h2>{text.detail.missing}</h2>
          <ul class="plain">
            {detail.missing.map(({ capability, reason }) => (
              <li key={capability}>{missingWords(capability, reason, text)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** The picture; of a guest that is there a click on it opens its display. */
function Screen({ machine }: { machine: MachineView }) {
  const page = usePage();
  const { text } = useWords();
  const picture = <Thumbnail machine={machine} alt={text.detail.frame(machine.name)} large />;
  if (!machine.operations.includes('screenshot')) return picture;
  return (
    <button
      type="button"
      class="screen-button"
      aria-label={text.action.of(text.action.display, machine.name)}
      title={text.action.display}
      onClick={() => void choose(page, machine, 'display')}
    >
      {picture}
    </button>
  );
}

/** The agent gives the reason in English; another language names what is missing. */
function missingWords(capability: string, reason: Problem, text: Text): string {
  if (text.problems === null) return reason.message;
  const named = Object.entries(text.detail.capabilities).find(([name]) => name === capability);
  return named?.[1] ?? reason.message;
}

function MainAction({ machine }: { machine: MachineView }) {
  const page = usePage();
  const { text } = useWords();
  const action = obviousAction(machine);
  if (machine.progress?.cancellable) {
    return (
      <button type="button" class="button" onClick={() => void cancel(page, machine)}>
        {text.action.cancel}
      </button>
    );
  }
  if (action === null || action === 'details') return null;
  return (
    <button
      type="button"
      class="button prominent"
      onClick={() => void choose(page, machine, action)}
    >
      {text.action[action]}
    </button>
  );
}
