import type { DigestTimes, MachineView, SetAsideState } from '../../contract/app-state.ts';
import { choose } from '../machine/operate.ts';
import { usePage, useWords } from '../state/context.ts';
import { Facts } from './facts.tsx';
import { StateCheck } from './state-check.tsx';

interface SavedStateProps {
  readonly machine: MachineView;
  readonly setAside: readonly SetAsideState[];
  /** When all contents were last compared; undefined when there is nothing to compare with. */
  readonly digests: DigestTimes | undefined;
}

/** The state that waits, with its size, its age and what it fits; and those that were set aside. */
export function SavedStateFacts({ machine, setAside, digests }: SavedStateProps) {
  const { text, format } = useWords();
  const { savedState, cpus, memoryMiB, driver, problem } = machine;
  // The configuration is what the state was made for, unless it was refused: then the problem tells.
  const fits =
    problem?.code === 'STATE_DOES_NOT_FIT' || cpus === null || memoryMiB === null || driver === null
      ? null
      : text.detail.fitsText(cpus, format.mebibytes(memoryMiB), text.drivers[driver]);
  return (
    <>
      <section>
        <h2>{text.detail.state}</h2>
        {savedState === null ? (
          <p class="quiet">{text.detail.noState}</p>
        ) : (
          <Facts
            facts={[
              [text.detail.saved, format.date(savedState.createdAt)],
              [text.detail.reason, text.detail.reasons[savedState.reason]],
              [text.detail.size, format.bytes(savedState.bytes)],
              [text.detail.mode, text.detail.modes[savedState.mode]],
              [text.detail.form, savedState.form ? text.detail.forms[savedState.form] : null],
              [text.detail.fits, fits],
              [text.detail.verified, digests?.verifiedAt ? format.date(digests.verifiedAt) : null],
            ]}
          />
        )}
        <StateCheck key={savedState?.createdAt} machine={machine} />
      </section>
      {setAside.length > 0 && <SetAsideStates machine={machine} states={setAside} />}
    </>
  );
}

interface SetAsideProps {
  readonly machine: MachineView;
  readonly states: readonly SetAsideState[];
}

function SetAsideStates({ machine, states }: SetAsideProps) {
  const page = usePage();
  const { text, format } = useWords();
  return (
    <section>
      <h2>{text.detail.setAside}</h2>
      <p class="quiet">{text.detail.setAsideText}</p>
      <ul class="plain separated">
        {states.map(({ path, at, reason, bytes }) => (
          <li key={path} class="set-aside">
            <span>
              <span>
                {format.date(at)}, {format.bytes(bytes)}
              </span>
              <span class="quiet">{text.detail.setAsideReasons[reason] ?? reason}</span>
            </span>
            <button
              type="button"
              class="button small"
              onClick={() => void page.store.ask('file.reveal', { path })}
            >
              {text.action.reveal}
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="button small grave"
        onClick={() => void choose(page, machine, 'clean')}
      >
        {text.action.clean}
      </button>
    </section>
  );
}
