import { useEffect } from 'preact/hooks';
import { CrashView } from './crash/crash-view.tsx';
import { MachineDetails } from './detail/machine-details.tsx';
import { ListView } from './list/list-view.tsx';
import { ClosingDialog } from './parts/closing-dialog.tsx';
import { FailureToast } from './parts/failure-toast.tsx';
import { QuestionDialog } from './parts/question-dialog.tsx';
import { QuitView } from './quit/quit-view.tsx';
import { usePage, useStore } from './state/context.ts';

/** The panel: the machines, or what stands before them. Escape goes back, then closes. */
export function PanelView() {
  const { store, place } = usePage();
  useEffect(() => {
    const isAsking = () => place.question.value !== null || store.closing.value !== null;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || isAsking()) return;
      if (place.view.value.at === 'machine') place.view.value = { at: 'list' };
      else void store.bridge.request('window.close', {});
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [store, place]);
  return (
    <div class="panel">
      <Content />
      <FailureToast />
      <QuestionDialog />
      <ClosingDialog />
    </div>
  );
}

function Content() {
  const { place } = usePage();
  const lifecycle = useStore().lifecycle.value;
  if (lifecycle.phase === 'quitting') return <QuitView quitting={lifecycle} />;
  if (lifecycle.phase === 'askingAfterCrash') return <CrashView machines={lifecycle.machines} />;
  const view = place.view.value;
  return view.at === 'machine' ? (
    <MachineDetails key={view.key} machineKey={view.key} />
  ) : (
    <ListView />
  );
}
