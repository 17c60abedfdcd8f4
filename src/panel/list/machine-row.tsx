import type { MachineView } from '../../contract/app-state.ts';
import { type Obvious, obviousAction } from '../machine/obvious.ts';
import { cancel, doObvious } from '../machine/operate.ts';
import { memoryWords, progressWords, statusWords } from '../machine/status-words.ts';
import { canCancel, upkeepOf, upkeepWords } from '../machine/upkeep.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { MachineMenu } from '../parts/machine-menu.tsx';
import { MachineProblem } from '../parts/machine-problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { usePage, useStore, useWords } from '../state/context.ts';

interface RowProps {
  readonly machine: MachineView;
  /** Whether Tab stops here: one row of the list has it, and arrow keys move it. */
  readonly isCurrent: boolean;
}

const icons: Record<Obvious, IconName> = {
  start: 'power',
  restore: 'play',
  resume: 'play',
  suspend: 'moon',
  details: 'forward',
};

/** A machine in the list; all of the row is the button of its obvious action. */
export function MachineRow({ machine, isCurrent }: RowProps) {
  const page = usePage();
  const words = useWords();
  const store = useStore();
  const action = obviousAction(machine);
  const { name, progress } = machine;
  const upkeep = upkeepOf(machine);
  const now = store.now.value;
  const hint = action === null ? name : words.text.action.of(words.text.action[action], name);
  return (
    <li class="row" data-status={machine.status}>
      <div class="row-line">
        <button
          type="button"
          class="row-button"
          title={hint}
          aria-disabled={action === null}
          tabIndex={isCurrent ? 0 : -1}
          onClick={() => action !== null && void doObvious(page, machine, action)}
        >
          {action !== null && <span class="visually-hidden">{words.text.action[action]}</span>}
          <Thumbnail machine={machine} alt="" />
          <span class="row-words">
            <span class="row-name">{name}</span>
            <span class="row-status">
              <span class="dot" aria-hidden="true" />
              {statusWords(machine, now, words)}
            </span>
            <span class="row-memory">
              {progressWords(machine, now, words) ||
                upkeepWords(machine, words) ||
                memoryWords(machine, words)}
            </span>
          </span>
          {action !== null && (
            <span class="row-action">
              <Icon name={icons[action]} />
            </span>
          )}
        </button>
        {canCancel(machine) && (
          <button
            type="button"
            class="icon-button row-cancel"
            aria-label={words.text.action.of(words.text.action.cancel, name)}
            title={words.text.action.cancel}
            tabIndex={isCurrent ? 0 : -1}
            onClick={() => void cancel(page, machine)}
          >
            <Icon name="close" />
          </button>
        )}
        <MachineMenu machine={machine} tabIndex={isCurrent ? 0 : -1} />
        {(progress !== null || upkeep !== null) && <ProgressBar machine={machine} />}
      </div>
      <MachineProblem machine={machine} />
    </li>
  );
}
