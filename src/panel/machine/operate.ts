import type { MachineView } from '../../contract/app-state.ts';
import type { Page } from '../state/context.ts';
import { keyOf } from '../state/store.ts';
import type { Choice } from './menu-items.ts';
import type { Obvious } from './obvious.ts';

/** Does what was chosen for a machine; what loses something, or needs a name, is asked about first. */
export async function choose(page: Page, view: MachineView, choice: Choice): Promise<void> {
  const { store, place } = page;
  const machine = keyOf(view);
  store.failure.value = null;
  switch (choice) {
    case 'details':
      place.row.value = machine;
      place.view.value = { at: 'machine', key: machine };
      return;
    case 'reveal':
      await store.ask('file.reveal', { path: view.path });
      return;
    case 'display':
      // Guests of Apple's framework are shown in a window of its own; there is nothing to draw here.
      if (view.driver === 'vz') await store.ask('machine.window', { machine, shown: true });
      else await store.ask('window.open', { window: 'display', machine });
      return;
    case 'start':
      await store.ask('machine.start', { machine, cold: false });
      return;
    case 'restore':
    case 'resume':
      await store.ask('machine.resume', { machine });
      return;
    case 'suspend':
      await store.ask('machine.suspend', { machine, reason: 'user' });
      return;
    case 'pause':
      await store.ask('machine.pause', { machine });
      return;
    case 'requestStop':
      await store.ask('machine.stop', { machine, force: false });
      return;
    default:
      place.question.value = { choice, key: machine };
  }
}

export function doObvious(page: Page, view: MachineView, action: Obvious): Promise<void> {
  return choose(page, view, action);
}

export async function cancel({ store }: Page, view: MachineView): Promise<void> {
  await store.ask('machine.cancel', { machine: keyOf(view) });
}
