import { useStore } from '../state/context.ts';
import { QuitView } from './quit-view.tsx';

/** A window of its own for quitting, since the panel may be hidden then. Empty when nothing quits. */
export function QuitWindow() {
  const lifecycle = useStore().lifecycle.value;
  return (
    <div class="panel">{lifecycle.phase === 'quitting' && <QuitView quitting={lifecycle} />}</div>
  );
}
