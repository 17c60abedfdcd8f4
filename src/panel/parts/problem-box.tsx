import type { ComponentChildren } from 'preact';
import type { Problem } from '../../contract/app-state.ts';
import { problemWords } from '../../words/problems.ts';
import { differencesOf, wordDifference } from '../machine/differences.ts';
import { useWords } from '../state/context.ts';
import { Icon } from './icon.tsx';

interface ProblemBoxProps {
  readonly problem: Problem;
  /** What can be done about it. */
  readonly children?: ComponentChildren;
  readonly onDismiss?: () => void;
}

/** What went wrong, what was kept, what to do; of a refused state exactly what differs. */
export function ProblemBox({ problem, children, onDismiss }: ProblemBoxProps) {
  const { text } = useWords();
  const isRefusal = differencesOf(problem).length > 0 && problem.code === 'STATE_DOES_NOT_FIT';
  // The agent's own message names the differences, which the table shows better.
  const { title, hint, detail } = problemWords(problem, text);
  const message = isRefusal ? text.problem.doesNotFit : title;
  return (
    <fieldset class="problem" aria-label={message}>
      <Icon name="warning" />
      <div class="problem-words">
        <p class="problem-message">{message}</p>
        <Differences problem={problem} />
        {hint !== undefined && <p class="problem-hint">{hint}</p>}
        {detail !== undefined && !isRefusal && (
          <details class="problem-hint">
            <summary>{text.problem.detail}</summary>
            <p lang="en">{detail}</p>
          </details>
        )}
        {children && <div class="actions">{children}</div>}
      </div>
      {onDismiss && (
        <button
          type="button"
          class="icon-button"
          aria-label={text.action.dismiss}
          title={text.action.dismiss}
          onClick={onDismiss}
        >
          <Icon name="close" />
        </button>
      )}
    </fieldset>
  );
}

function Differences({ problem }: { problem: Problem }) {
  const words = useWords();
  const { text } = words;
  const differences = differencesOf(problem).map((one) => wordDifference(one, words));
  if (differences.length === 0) return null;
  return (
    <table class="differences">
      <caption class="visually-hidden">{text.problem.differences}</caption>
      <thead>
        <tr>
          <th scope="col">{text.problem.what}</th>
          <th scope="col">{text.problem.saved}</th>
          <th scope="col">{text.problem.now}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ what, saved, now }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{saved}</td>
            <td>{now}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
