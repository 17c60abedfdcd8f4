import { useStore } from '../state/context.ts';
import { ProblemBox } from './problem-box.tsx';

/** The last request that failed, unless the machine that it was about says so itself. */
export function FailureToast() {
  const store = useStore();
  const failure = store.failure.value;
  const machines = store.app.value?.machines ?? [];
  const isSaid = machines.some(({ problem }) => problem?.message === failure?.message);
  if (failure === null || isSaid) return null;
  return (
    <div class="toast" role="alert">
      <ProblemBox
        problem={failure}
        onDismiss={() => {
          store.failure.value = null;
        }}
      />
    </div>
  );
}
