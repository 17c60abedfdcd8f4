import type { MachineView, Operation } from '../../contract/app-state.ts';
import type { Text } from '../text/text.ts';

/** What can be chosen for a machine beside its obvious action. */
export type Choice =
  | Extract<
      Operation,
      | 'start'
      | 'startCold'
      | 'restore'
      | 'pause'
      | 'resume'
      | 'suspend'
      | 'requestStop'
      | 'forceStop'
      | 'discardState'
      | 'clone'
      | 'delete'
    >
  | 'trust'
  /** Makes a bundle that is a copy a machine of its own. */
  | 'renew'
  /** Deletes states that were set aside. */
  | 'clean'
  | 'display'
  | 'details'
  | 'reveal';

/** In groups, which a line separates. */
const groups: readonly (readonly Choice[])[] = [
  ['start', 'restore', 'resume', 'suspend', 'pause', 'display'],
  ['requestStop', 'forceStop', 'startCold', 'discardState'],
  ['details', 'reveal'],
  ['clone', 'delete'],
];

/** The choices that a machine has now, as its operations say. */
export function choicesFor({ operations, status }: MachineView): readonly (readonly Choice[])[] {
  const has = (choice: Choice): boolean => {
    if (choice === 'details' || choice === 'reveal') return true;
    if (choice === 'display') return operations.includes('screenshot');
    // A machine without a saved state has the same by the name of start.
    if (choice === 'startCold' && status === 'stopped') return false;
    return operations.some((operation) => operation === choice);
  };
  return groups.map((group) => group.filter(has)).filter((group) => group.length > 0);
}

/** Choices that lose something, which is said in their colour and asked about first. */
export function isGrave(choice: Choice): boolean {
  return (
    choice === 'forceStop' || choice === 'discardState' || choice === 'clean' || choice === 'delete'
  );
}

export function choiceWords(choice: Choice, text: Text): string {
  return text.action[choice];
}
