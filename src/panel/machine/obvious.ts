import type { MachineView, Operation } from '../../contract/app-state.ts';

/** What a click on a machine can be: an operation of the table, or to look closer. */
export type Obvious = Extract<Operation, 'start' | 'restore' | 'resume' | 'suspend'> | 'details';

const inOrder = ['restore', 'resume', 'suspend', 'start'] as const;

/**
 * The one obvious action: bring back what is suspended, let go on what is paused, suspend what runs,
 * start what is shut down. Null while something is under way, when no operation is possible, so that
 * the second click of a double click does nothing.
 */
export function obviousAction({ operations, status }: MachineView): Obvious | null {
  if (status === 'broken') return 'details';
  return inOrder.find((operation) => operations.includes(operation)) ?? null;
}
