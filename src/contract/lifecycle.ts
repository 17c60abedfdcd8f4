import type { Problem } from './app-state.ts';

/**
 * Where the app is in its own life, as one value, like AppState. How far a machine's suspension has
 * come is in AppState; this says what is meant to become of each.
 */
export type Lifecycle =
  | { readonly phase: 'running' }
  /** After a crash: which of the machines that ran then are to come back. */
  | { readonly phase: 'askingAfterCrash'; readonly machines: readonly Recoverable[] }
  | {
      readonly phase: 'quitting';
      readonly reason: QuitReason;
      readonly steps: readonly QuitStep[];
      /** The operating system waits no longer than this, in milliseconds since 1970. */
      readonly deadline: number | null;
    };

/**
 * Why it quits. `sessionEnd` is whatever ends the session where nobody says what: logging out, shutting
 * down or restarting (docs/decisions/0012-the-end-of-a-session.md).
 */
export type QuitReason = 'quit' | 'sessionEnd' | 'shutDown' | 'restart';

export interface Recoverable {
  readonly id: string;
  readonly name: string;
  /**
   * `suspended`: a saved state waits. `running`: its guest runs on. `lost`: it ended with the crash, and
   * would boot.
   */
  readonly left: 'suspended' | 'running' | 'lost';
}

/** What quitting does with a machine. */
export type QuitPlan = 'suspend' | 'stop' | 'keepRunning';

export interface QuitStep {
  readonly id: string;
  readonly name: string;
  /** Null while its policy is `ask` and nobody has answered. */
  readonly plan: QuitPlan | null;
  readonly state: 'waiting' | 'working' | 'done' | 'failed';
  /** Why it failed. Quitting waits for an answer then. */
  readonly problem: Problem | null;
}
