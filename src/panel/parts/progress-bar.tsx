import type { MachineView } from '../../contract/app-state.ts';
import { fractionDone } from '../machine/upkeep.ts';
import { useWords } from '../state/context.ts';

/** How far an operation is; without an amount it only says that something is under way. */
export function ProgressBar({ machine }: { machine: MachineView }) {
  const { text } = useWords();
  const fraction = fractionDone(machine);
  return (
    <progress
      class="progress"
      aria-label={text.progress.label(machine.name)}
      value={fraction ?? undefined}
      max={1}
    />
  );
}
