import { TorporError } from './errors.ts';

/**
 * The status of a machine. It is derived from files, locks and the driver's answer, and never
 * stored, so it cannot lie about a guest that died or a state that is gone.
 */
export const settledStatuses = ['stopped', 'running', 'paused', 'suspended', 'broken'] as const;
export const inFlightStatuses = [
  'starting',
  'pausing',
  'resuming',
  'suspending',
  'restoring',
  'stopping',
] as const;

export type SettledStatus = (typeof settledStatuses)[number];
export type InFlightStatus = (typeof inFlightStatuses)[number];
export type MachineStatus = SettledStatus | InFlightStatus;

interface Transition {
  readonly from: readonly MachineStatus[];
  /** What the machine is while the operation runs; undefined when its status does not change. */
  readonly via?: InFlightStatus;
  /** What the machine is after success; undefined when its status does not change. */
  readonly to?: SettledStatus;
}

const off = ['stopped', 'suspended'] as const;
const on = ['running', 'paused'] as const;

/** The one table that feeds the guard, the menus and the messages. */
export const transitions = {
  start: { from: ['stopped'], via: 'starting', to: 'running' },
  startCold: { from: off, via: 'starting', to: 'running' },
  restore: { from: ['suspended'], via: 'restoring', to: 'running' },
  pause: { from: ['running'], via: 'pausing', to: 'paused' },
  resume: { from: ['paused'], via: 'resuming', to: 'running' },
  suspend: { from: on, via: 'suspending', to: 'suspended' },
  requestStop: { from: ['running'], via: 'stopping', to: 'stopped' },
  forceStop: { from: [...on, 'stopping'], via: 'stopping', to: 'stopped' },
  discardState: { from: ['suspended'], to: 'stopped' },
  configure: { from: off },
  rename: { from: off },
  clone: { from: off },
  delete: { from: [...off, 'broken'] },
  screenshot: { from: on },
  console: { from: on },
} as const satisfies Record<string, Transition>;

export type Operation = keyof typeof transitions;

/** `transitions[operation]`, seen without its literal types. */
export function transitionOf(operation: Operation): Transition {
  return transitions[operation];
}

export function canPerform(operation: Operation, status: MachineStatus): boolean {
  return transitionOf(operation).from.includes(status);
}

/** The operations that are possible in `status`, in the table's order. */
export function possibleOperations(status: MachineStatus): Operation[] {
  return operations.filter((operation) => canPerform(operation, status));
}

export const operations = Object.keys(transitions).filter(
  (name): name is Operation => name in transitions,
);

export function isInFlight(status: MachineStatus): status is InFlightStatus {
  return inFlightStatuses.some((inFlight) => inFlight === status);
}

/**
 * Throws when `operation` is not possible in `status`: BUSY while another operation runs,
 * MACHINE_BROKEN for a broken machine, else WRONG_STATUS with what the status would have to be.
 */
export function assertCanPerform(operation: Operation, status: MachineStatus, name: string): void {
  if (canPerform(operation, status)) return;
  const words = phrase[operation];
  if (isInFlight(status)) {
    throw new TorporError('BUSY', `“${name}” is ${status} and cannot ${words} now.`, {
      hint: 'Wait until it has finished, or cancel it.',
      details: { operation, status },
    });
  }
  if (status === 'broken') {
    throw new TorporError('MACHINE_BROKEN', `“${name}” is broken and cannot ${words}.`, {
      hint: 'Show it to see what is wrong.',
      details: { operation, status },
    });
  }
  const needed = transitionOf(operation).from.filter((from) => !isInFlight(from));
  throw new TorporError('WRONG_STATUS', `“${name}” is ${status} and cannot ${words}.`, {
    hint: `It has to be ${needed.join(' or ')} for that.`,
    details: { operation, status, needed },
  });
}

/** What `operation` meets while another is in flight that the status does not show. */
export function isBusy(operation: Operation, name: string): TorporError {
  return new TorporError('BUSY', `“${name}” is busy and cannot ${phrase[operation]} now.`, {
    hint: 'Wait until that has finished.',
    details: { operation },
  });
}

/** A refused click is no problem of the machine's; a failed operation is, until the next one. */
export function isWorthKeeping({ code }: TorporError): boolean {
  return code !== 'CANCELLED' && code !== 'WRONG_STATUS' && code !== 'BUSY';
}

/** Each operation as it stands after “cannot”. */
const phrase: Record<Operation, string> = {
  start: 'be started',
  startCold: 'be started cold',
  restore: 'be restored',
  pause: 'be paused',
  resume: 'be resumed',
  suspend: 'be suspended',
  requestStop: 'be stopped',
  forceStop: 'be stopped',
  discardState: 'have a saved state discarded',
  configure: 'be changed',
  rename: 'be renamed',
  clone: 'be cloned',
  delete: 'be deleted',
  screenshot: 'be photographed',
  console: 'be attached to',
};
