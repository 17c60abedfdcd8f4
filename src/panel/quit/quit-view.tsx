import type { Lifecycle, QuitPlan, QuitStep } from '../../contract/lifecycle.ts';
import { progressWords } from '../machine/status-words.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { useStore, useWords } from '../state/context.ts';
import type { Text } from '../text/text.ts';

type Quitting = Extract<Lifecycle, { readonly phase: 'quitting' }>;

/** Quitting as it goes: each machine, what failed, and the way back. */
export function QuitView({ quitting }: { quitting: Quitting }) {
  const store = useStore();
  const { text, format } = useWords();
  const { steps, reason, deadline } = quitting;
  const isDone = steps.every(({ state }) => state === 'done');
  const hasFailed = steps.some(({ state }) => state === 'failed');
  const sentence = hasFailed
    ? text.quit.stopped
    : steps.some(({ plan }) => plan === null)
      ? text.quit.asking
      : isDone
        ? text.quit.done
        : text.quit.reasons[reason];
  return (
    <>
      <header class="bar">
        <h1>{text.quit.title}</h1>
      </header>
      <main class="scroll">
        <p class="lead" role="status">
          {sentence}
        </p>
        {deadline !== null && (
          <p class="quiet lead-more">
            {text.quit.deadline(format.duration(Math.max(0, deadline - store.now.value)))}
          </p>
        )}
        <ul class="list steps">
          {steps.map((step) => (
            <Step key={step.id} step={step} />
          ))}
        </ul>
      </main>
      <footer class="bar roomy">
        <p class="quiet grow">{text.quit.cancelHint}</p>
        <button type="button" class="button" onClick={() => void store.ask('quit.cancel', {})}>
          {text.quit.cancel}
        </button>
      </footer>
    </>
  );
}

const icons: Record<QuitStep['state'], IconName> = {
  waiting: 'moon',
  working: 'moon',
  done: 'check',
  failed: 'warning',
};

function Step({ step }: { step: QuitStep }) {
  const store = useStore();
  const words = useWords();
  const machine = store.machine(step.id);
  const progress = machine ? progressWords(machine, store.now.value, words) : '';
  return (
    <li class="step" data-state={step.state}>
      <div class="step-line">
        <span class="step-sign">
          <Icon name={icons[step.state]} />
        </span>
        <span class="row-words">
          <span class="row-name" title={step.name}>
            {step.name}
          </span>
          <span class="row-memory">
            {[stateWords(step, words.text), progress].filter(Boolean).join(' ')}
          </span>
        </span>
        {machine?.progress && <ProgressBar machine={machine} />}
      </div>
      {step.problem !== null && (
        <ProblemBox problem={step.problem}>
          <Choices step={step} />
        </ProblemBox>
      )}
      {step.plan === null && step.problem === null && (
        <div class="actions">
          <Choices step={step} />
        </div>
      )}
    </li>
  );
}

function Choices({ step }: { step: QuitStep }) {
  const store = useStore();
  const { text } = useWords();
  const plans: readonly QuitPlan[] = ['suspend', 'stop', 'keepRunning'];
  return (
    <fieldset class="actions" aria-label={text.quit.choices(step.name)}>
      {plans.map((plan) => (
        <button
          key={plan}
          type="button"
          class="button small"
          onClick={() => void store.ask('quit.decide', { machine: step.id, plan })}
        >
          {plan === step.plan ? text.quit.retry : text.quit.plans[plan]}
        </button>
      ))}
    </fieldset>
  );
}

function stateWords({ state, plan }: QuitStep, { quit }: Text): string {
  if (state === 'failed') return quit.states.failed;
  if (plan === null) return quit.states.asking;
  if (state === 'waiting') return quit.states.waiting;
  if (state === 'working' || plan === 'keepRunning') return quit.states[plan];
  return plan === 'suspend' ? quit.states.suspended : quit.states.stopped;
}
