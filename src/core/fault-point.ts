/**
 * The places at which a test can make Torpor fail, by name and in the order in which an operation
 * passes them. A point does nothing unless a program imported this module and set a handler; no
 * setting and no environment variable does, and a built app has no points at all (vite.config.ts
 * takes them out).
 *
 * A point stands where a crash would leave something new behind: after a write, a rename, a change
 * of the guest. Its name is the operation and what has just been done.
 */
export const faultPoints = [
  // Saving a guest.
  'suspend.begun',
  'save.reserved',
  'save.stopped',
  'save.migrated',
  'save.flushed',
  'save.staged',
  'save.settled',
  'suspend.saved',
  'suspend.described',
  'commit.flushed',
  'commit.renamed',
  'commit.written',
  'suspend.committed',
  'suspend.ended',
  'suspend.expected',
  'suspend.given-back',
  // Undoing a suspension that failed.
  'undo.begun',
  'undo.abandoned',
  // Bringing a guest back.
  'restore.checked',
  'restore.expected',
  'load.reserved',
  'open.launched',
  'open.recorded',
  'open.connected',
  'load.migrated',
  'restore.loaded',
  'consume.renamed',
  'finish.begun',
  'finish.removed',
  // Making a guest that boots.
  'prepare.recorded',
  'prepare.moved',
  'prepare.made',
  // Making and cloning a machine.
  'create.planned',
  'create.staged',
  'clone.copied',
  'create.filled',
  'create.configured',
  'create.moved',
  'create.listed',
  // Deleting one.
  'delete.held',
  'delete.buried',
  'delete.removed',
  'delete.trashed',
  // Finding the guest of an earlier agent.
  'adopt.begun',
  'adopt.recorded',
  'adopt.connected',
  'adopt.found',
  'adopt.ended',
  'adopt.resumed',
] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** What a test does at a point: returns to let it be, throws for a failed call, or never returns. */
export type FaultHandler = (point: FaultPoint) => Promise<void>;

let handler: FaultHandler | undefined;

/** Sets what happens at the points of this process; undefined takes it away. For tests alone. */
export function setFaultHandler(next: FaultHandler | undefined): void {
  handler = next;
}

/** Passes a point. Throws what the handler throws. */
export async function faultPoint(point: FaultPoint): Promise<void> {
  await handler?.(point);
}
