import type {
  PreflightAction,
  PreflightReport,
  PreflightResult,
  PreflightStep,
} from '../../contract/preflight.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { useStore, useWords } from '../state/context.ts';

interface VerdictProps {
  readonly report: PreflightReport;
  readonly onAct: (action: PreflightAction) => void;
}

/** The answer, what to do, and how it was found. */
export function Verdict({ report, onAct }: VerdictProps) {
  const { text } = useWords();
  const { verdict, image } = report;
  const words = text.host;
  return (
    <div class="card verdict" data-answer={verdict.answer}>
      <h3>
        <span class="answer">{words.answers[verdict.answer]}</span> {image}
      </h3>
      <p>{verdict.sentence}</p>
      {verdict.todo.length > 0 && (
        <>
          <h4>{words.todo}</h4>
          <ol class="todo">
            {verdict.todo.map((step) => (
              <Step key={step.text} step={step} onAct={onAct} />
            ))}
          </ol>
          {verdict.restart && <p class="quiet">{words.restart}</p>}
        </>
      )}
      {verdict.alternatives.length > 0 && (
        <>
          <h4>{words.alternatives}</h4>
          <ul class="todo">
            {verdict.alternatives.map((step) => (
              <Step key={step.text} step={step} onAct={onAct} />
            ))}
          </ul>
        </>
      )}
      <h4>{words.results}</h4>
      <ul class="plain verdicts">
        {verdict.results.map((result) => (
          <Result key={result.id} result={result} onAct={onAct} />
        ))}
      </ul>
    </div>
  );
}

interface StepProps {
  readonly step: PreflightStep;
  readonly onAct: (action: PreflightAction) => void;
}

export function Step({ step: { text: words, command, button }, onAct }: StepProps) {
  const store = useStore();
  const { text } = useWords();
  return (
    <li>
      <p>{words}</p>
      {command !== undefined && (
        <div class="command">
          <code>{command}</code>
          <button
            type="button"
            class="button small"
            onClick={() => void store.ask('clipboard.write', { text: command })}
          >
            {text.action.copy}
          </button>
        </div>
      )}
      {button !== undefined && (
        <button type="button" class="button small" onClick={() => onAct(button.action)}>
          {button.label}
        </button>
      )}
    </li>
  );
}

const signs: Record<PreflightResult['outcome'], IconName> = {
  pass: 'check',
  warn: 'warning',
  fail: 'close',
  unknown: 'unknown',
};

interface ResultProps {
  readonly result: PreflightResult;
  readonly onAct: (action: PreflightAction) => void;
}

/** One check; what is not right has its remedy beside it. */
function Result({ result, onAct }: ResultProps) {
  const { text } = useWords();
  const words = text.host;
  return (
    <li data-verdict={result.outcome}>
      <Icon name={signs[result.outcome]} />
      <div>
        <span class="visually-hidden">{words.outcomes[result.outcome]}: </span>
        <strong>{result.title}</strong> {result.sentence}
        {result.outcome !== 'pass' && result.remedy !== undefined && (
          <ol class="todo" aria-label={words.remedyOf(result.title)}>
            {result.remedy.steps.map((step) => (
              <Step key={step.text} step={step} onAct={onAct} />
            ))}
          </ol>
        )}
        {result.evidence.length > 0 && (
          <details class="more">
            <summary>{words.evidence}</summary>
            <ul class="plain">
              {result.evidence.map(({ what, found, needed, source }) => (
                <li key={what + source}>
                  {what}: {words.found} {found}
                  {needed !== undefined && `, ${words.needed} ${needed}`} ({words.source} {source})
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
}
