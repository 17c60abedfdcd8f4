import type { MachineView } from '../../contract/app-state.ts';
import type { Choice } from './menu-items.ts';
import { obviousAction } from './obvious.ts';

/** A choice that a problem leaves; `retry` is the obvious action once more. */
export type Remedy = { readonly choice: Choice; readonly isRetry: boolean };

/**
 * What can be done about the problem that a machine has, likeliest first. What the machine's
 * operations do not allow now is left out; to look into its folder is always possible.
 */
export function remediesFor(machine: MachineView): readonly Remedy[] {
  const { problem, operations, status } = machine;
  if (problem === null || machine.progress !== null) return [];
  if (problem.code === 'CONSENT_NEEDED') {
    return (['trust', 'reveal'] as const).map((choice) => ({ choice, isRetry: false }));
  }
  if (problem.code === 'MACHINE_EXISTS') {
    return (['renew', 'reveal', 'delete'] as const).map((choice) => ({ choice, isRetry: false }));
  }
  const obvious = obviousAction(machine);
  const retry: Remedy[] =
    obvious === null || obvious === 'details' ? [] : [{ choice: obvious, isRetry: true }];
  const others: readonly Choice[] =
    status === 'suspended' ? ['startCold', 'discardState', 'reveal'] : ['reveal', ...trash(status)];
  const possible = others.filter(
    (choice) => choice === 'reveal' || operations.some((operation) => operation === choice),
  );
  return [...retry, ...possible.map((choice) => ({ choice, isRetry: false }))];
}

function trash(status: MachineView['status']): readonly Choice[] {
  return status === 'broken' ? ['delete'] : [];
}
