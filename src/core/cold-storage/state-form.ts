import type { Amount, Place } from '../driver.ts';
import { type Problem, TorporError, toProblem } from '../errors.ts';
import { loadManifest } from '../saved-state/files.ts';
import { assertFits, type HostIdentity } from '../saved-state/fit.ts';
import { type ColdStorage, compactState } from './compact.ts';
import { expandState } from './expand.ts';
import { forget, sweep } from './sweep.ts';
import { createUpkeep } from './upkeep.ts';

/** In the background nobody waits. */
const backgroundLevel = 3;
/** Right after a suspension somebody does. */
const quickLevel = 1;

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: (amount: Amount) => void;
}

/** The form of a machine's saved state: what an operation needs of it, and work that makes way for operations. */
export interface StateForm {
  /** How far a compaction is; undefined when there is none. */
  readonly amount: Amount | undefined;
  /**
   * Compacts the saved state, encrypted if the policy says so; see compactState(). The machine stays
   * suspended, and anything that begins on it ends this with CANCELLED.
   */
  compact(): Promise<void>;
  /** Removes what a crash left beside the saved state: with encryption, that may be a plain copy. */
  tidy(): Promise<void>;
  /** Asks the work to end. False when there is none. */
  cancel(): boolean;
  /** Ends the work, before anything else is done to the bundle. */
  endWork(): Promise<void>;
  /** Before a resume: expands a compacted state that fits. Throws as assertFits and expandState. */
  makeReady(identity: HostIdentity, options: Options): Promise<void>;
  /**
   * After a suspension: encrypts the state if the policy says so. The state is safe by then, so what went
   * wrong is returned and not thrown; a cancellation is not wrong.
   */
  encryptIfAsked(options: Options): Promise<Problem | undefined>;
  /** Removes compacted forms of the past, when the guest runs again. */
  forget(): Promise<void>;
}

export interface StateFormParts {
  readonly place: () => Place;
  readonly cold: ColdStorage | undefined;
  /** Throws when there is no saved state to work on. */
  readonly assertSuspended: () => void;
  readonly onChange: () => void;
  /** The saved state has another form now. */
  readonly onDone: () => Promise<void>;
}

export function createStateForm(parts: StateFormParts): StateForm {
  const upkeep = createUpkeep(parts.onChange);

  function coldStorage(): ColdStorage {
    if (parts.cold !== undefined) return parts.cold;
    throw new TorporError('CAPABILITY_MISSING', 'Saved states cannot be compacted here.');
  }

  return {
    get amount() {
      return upkeep.amount;
    },

    async compact() {
      parts.assertSuspended();
      const { bundle, config } = parts.place();
      await upkeep.run(config.name, (signal, onProgress) =>
        compactState(bundle, coldStorage(), {
          encrypt: config.policy.encryptStates === true,
          level: backgroundLevel,
          signal,
          onProgress,
        }),
      );
      await parts.onDone();
      parts.onChange();
    },

    async tidy() {
      parts.assertSuspended();
      const { bundle, config } = parts.place();
      await upkeep.run(config.name, async () => sweep(bundle, await loadManifest(bundle)));
    },

    cancel: upkeep.cancel,
    endWork: upkeep.end,

    async makeReady(identity, options) {
      const { bundle, config } = parts.place();
      const manifest = await loadManifest(bundle);
      if (manifest.compacted === undefined) return;
      // Minutes of work for a state that is refused afterwards would be for nothing.
      await assertFits(manifest, bundle, config, identity);
      await expandState(bundle, coldStorage(), options);
    },

    async encryptIfAsked({ signal, onProgress }) {
      const { bundle, config } = parts.place();
      if (config.policy.encryptStates !== true) return undefined;
      try {
        await compactState(bundle, coldStorage(), {
          encrypt: true,
          level: quickLevel,
          signal,
          onProgress: (amount) => onProgress({ ...amount, phase: 'encrypting' }),
        });
        return undefined;
      } catch (error) {
        const problem = toProblem(error);
        if (problem.code === 'CANCELLED') return undefined;
        const message = `“${config.name}” is suspended, but its saved state is not encrypted: ${problem.message}`;
        return { ...problem, message };
      }
    },

    forget: () => forget(parts.place().bundle),
  };
}
