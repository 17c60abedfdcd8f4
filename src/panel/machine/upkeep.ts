import type { MachineView } from '../../contract/app-state.ts';
import type { Words } from '../text/text.ts';

/** What is done to a saved state while its machine is and stays suspended, which its status does not show. */
export type Upkeep = 'compact' | 'encrypt' | 'verify' | 'digest';

/** Null while an operation is under way: that ends it, or waits for nothing. */
export function upkeepOf({ progress, compaction, check }: MachineView): Upkeep | null {
  if (progress !== null) return null;
  if (compaction !== undefined) return compaction.phase === 'encrypting' ? 'encrypt' : 'compact';
  return check?.doing ?? null;
}

/** What it is, and how far. */
export function upkeepWords(machine: MachineView, { text, format }: Words): string {
  const upkeep = upkeepOf(machine);
  if (upkeep === null) return '';
  const fraction = fractionDone(machine);
  return fraction === null
    ? text.upkeep[upkeep]
    : `${text.upkeep[upkeep]} ${format.percent(fraction)}`;
}

/** Whether what goes on can be cancelled. Digests are made in the background, and get in nobody's way. */
export function canCancel(machine: MachineView): boolean {
  const upkeep = upkeepOf(machine);
  return machine.progress?.cancellable ?? (upkeep !== null && upkeep !== 'digest');
}

/** Of an operation, or else of what is done to the saved state; null when nobody can tell. */
export function fractionDone({ progress, compaction, check }: MachineView): number | null {
  const amount = progress === null ? (compaction ?? check?.amount) : progress.amount;
  if (!amount || amount.total <= 0) return null;
  return Math.min(1, Math.max(0, amount.done / amount.total));
}
