import type { MachineView } from '../../contract/app-state.ts';
import { isGrave } from '../machine/menu-items.ts';
import { choose } from '../machine/operate.ts';
import { remediesFor } from '../machine/problem-choices.ts';
import { usePage, useWords } from '../state/context.ts';
import { ProblemBox } from './problem-box.tsx';

/** The problem that a machine has, with everything that can be done about it. */
export function MachineProblem({ machine }: { machine: MachineView }) {
  const page = usePage();
  const { text } = useWords();
  if (machine.problem === null) return null;
  return (
    <ProblemBox problem={machine.problem}>
      {remediesFor(machine).map(({ choice, isRetry }) => (
        <button
          key={choice}
          type="button"
          class={isGrave(choice) ? 'button small grave' : 'button small'}
          onClick={() => void choose(page, machine, choice)}
        >
          {isRetry ? text.action.retry : text.action[choice]}
        </button>
      ))}
    </ProblemBox>
  );
}
