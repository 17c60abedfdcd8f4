import type { MachineView } from '../../contract/app-state.ts';
import type { Page } from '../state/context.ts';
import type { Question } from '../state/place.ts';

/** Does what a person was asked about and has agreed to. `name` is that of a copy. */
export async function answerQuestion(
  { store, place }: Page,
  { choice, key: machine }: Question,
  view: MachineView,
  name: string,
): Promise<void> {
  switch (choice) {
    case 'startCold':
      await store.ask('machine.start', { machine, cold: true });
      return;
    case 'forceStop':
      await store.ask('machine.stop', { machine, force: true });
      return;
    case 'discardState':
      await store.ask('machine.discardState', { machine });
      return;
    case 'trust': {
      // Exactly what the problem showed: the agent refuses when it is more by now.
      const { ok } = await store.ask('machine.trust', {
        machine,
        outside: outsideIn(view.problem),
      });
      if (ok) await store.ask('machine.start', { machine, cold: false });
      return;
    }
    case 'renew':
      await store.ask('machine.renew', { machine: view.path, name: null });
      return;
    case 'clean': {
      const { ok } = await store.ask('machine.clean', { machine });
      if (ok) store.cleanings.value += 1;
      return;
    }
    case 'clone':
      await store.ask('machine.clone', { machine, name });
      return;
    case 'delete': {
      const { ok } = await store.ask('machine.delete', { machine: view.path, permanently: false });
      if (ok && place.view.value.at === 'machine') place.view.value = { at: 'list' };
    }
  }
}

function outsideIn(problem: MachineView['problem']): readonly string[] {
  const lines = problem?.details?.outside;
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
}
