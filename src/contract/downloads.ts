/** Restore images of macOS: those that a catalogue lists, and those that Torpor fetches. */
import type { Problem } from '../core/errors.ts';
import type { PreflightVerdict } from './preflight.ts';

/** An image of a catalogue, judged for this computer before anything of it is downloaded. */
export interface ListedImage {
  readonly url: string;
  /** As this edition calls it: `macOS 15.6.1 (24G90)`. */
  readonly name: string;
  /** Null when nobody knows. */
  readonly bytes: number | null;
  readonly verdict: PreflightVerdict | null;
  /** Why there is no verdict. */
  readonly problem: Problem | null;
}

/**
 * An image that is being downloaded, was in part, or is whole. What was begun stays listed, also when
 * Torpor starts again, until it is discarded.
 */
export interface DownloadView {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Where the image is once it is complete; until then nothing has this name. */
  readonly path: string;
  readonly phase: DownloadPhase;
  /** Bytes, while `verifying` of the reading; null when nobody knows how many there are. */
  readonly done: number;
  readonly total: number | null;
  /** Bytes per second; null until there is something to tell. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
  /** What happened on the way, of the last kind. */
  readonly note: DownloadNote | null;
  /** Why it stopped, when nobody cancelled it. */
  readonly problem: Problem | null;
}

/** `paused` by a person in this run of Torpor; `stopped` has ended, with a part that can be gone on with. */
export type DownloadPhase = 'downloading' | 'paused' | 'verifying' | 'stopped' | 'complete';

export interface DownloadNote {
  /** `restarted` from the beginning, `retrying` after a lost connection. */
  readonly kind: 'restarted' | 'retrying';
  readonly reason: string;
}

export interface DownloadRef {
  readonly download: string;
}

/** Null for Apple’s own catalogue, else the path of one’s own, or its address. */
export interface CatalogueRef {
  readonly catalogue: string | null;
}

export interface DownloadStart extends CatalogueRef {
  /** Of an image that the catalogue lists. */
  readonly url: string;
  /** Also when this computer cannot install it, or nobody can tell. */
  readonly anyway: boolean;
  /** Bytes per second at most, in later runs of Torpor too; null for as fast as it goes. */
  readonly limit: number | null;
}
