import type { FileLock } from '../../core/host.ts';
import type { Digests } from './digest.ts';
import type { PartWriter } from './part-file.ts';

export interface DownloadRequest extends Digests {
  readonly url: string;
  /** The final path. Until everything is there and right, nothing has this name. */
  readonly target: string;
  /** Bytes, where a catalogue knows them. */
  readonly size?: number | undefined;
  /** Bytes per second. */
  readonly limit?: number | undefined;
}

export type DownloadEvent =
  | {
      readonly kind: 'progress';
      readonly phase: 'downloading' | 'verifying';
      readonly done: number;
      readonly total: number | undefined;
      /** Bytes per second. */
      readonly rate: number | undefined;
      readonly secondsLeft: number | undefined;
    }
  /** Goes on where an earlier attempt, perhaps of an earlier Torpor, ended. */
  | { readonly kind: 'continued'; readonly from: number }
  | { readonly kind: 'restarted'; readonly reason: string }
  | { readonly kind: 'retrying'; readonly inMs: number; readonly reason: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' };

export interface DownloadOptions {
  /** Keeps a target to one download at a time, whichever process it runs in. Throws BUSY. */
  readonly lock?: (target: string) => Promise<FileLock>;
  readonly onEvent?: (event: DownloadEvent) => void;
  /** Bytes that can be written on the volume of a path. */
  readonly freeSpace?: (path: string) => Promise<number>;
  readonly openPart?: (path: string) => Promise<PartWriter>;
  /** Silence after which a connection counts as lost. */
  readonly idleMs?: number;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly now?: () => number;
  /** Bytes between two flushes: what a crash may cost. */
  readonly flushEvery?: number;
}
