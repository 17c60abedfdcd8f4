import type { GuestConsole } from '../guest/console.ts';

/** One way to put a guest to disk and bring it back, set up with a guest that is ready. */
export interface Subject {
  /** The guest that runs; another one after each resume. */
  console(): GuestConsole;
  /** Resolves when nothing of the guest runs, with the moment (performance.now) at which its state was safe. */
  suspend(): Promise<number>;
  /** Resolves when the guest has been told to run. */
  resume(): Promise<void>;
  /** Bytes that the state takes on its volume. */
  stateBytes(): Promise<number>;
  dispose(): Promise<void>;
}

export interface Technique {
  readonly name: string;
  /** Why it cannot run here; undefined when it can. */
  missing(): Promise<string | undefined>;
  /** Boots a guest with so much memory. */
  boot(memoryMiB: number): Promise<Subject>;
}
