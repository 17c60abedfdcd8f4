/** What tells a guest that went on from one that booted again. */
export interface Moment {
  /** Drawn at boot, and only in the guest's memory. */
  readonly nonce: string;
  readonly count: number;
  /** Of the part of its memory that was filled; undefined when none was. */
  readonly digest: string | undefined;
}

/** Whether `after` is the guest of `before` that went on, from the same memory. */
export function isContinuous(before: Moment, after: Moment): boolean {
  return (
    after.nonce === before.nonce && after.count > before.count && after.digest === before.digest
  );
}
