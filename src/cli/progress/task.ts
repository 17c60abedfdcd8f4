import type { CreationView, MachineView } from '../../contract/app-state.ts';

/** What takes so long, for the lines that say so. */
export interface Task {
  /** As a sentence begins: `Suspending “web”`. */
  readonly label: string;
  /** The machines as the agent was told them, or every machine. */
  readonly machines: readonly string[] | 'all';
}

export function concerns({ machines }: Task, { id, name, path }: MachineView): boolean {
  return machines === 'all' || [id, name, path].some((key) => machines.includes(key));
}

/** Whoever asks for every machine does not mean those that are still being made. */
export function concernsMaking({ machines }: Task, { id, name }: CreationView): boolean {
  return machines !== 'all' && [id, name].some((key) => machines.includes(key));
}
