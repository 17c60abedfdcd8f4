/**
 * The native addon as it is, typed: the only import of the `.node` file. Use src/storage/host.ts.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { TorporError } from '../core/errors.ts';
import type { Extent, Space } from '../core/host.ts';

export type NativeAttempt =
  | { readonly acquired: true; readonly id: number }
  | { readonly acquired: false; readonly pid: number | undefined };

/** Work that takes a while. Cancelled between two steps, it rejects with code ECANCELED. */
export interface LongCall<Result> {
  readonly promise: Promise<Result>;
  cancel(): void;
}

export type OnAmount = (done: number, total: number) => void;

/** What native/src/addon.cc exports. */
export interface NativeAddon {
  lock(path: string): NativeAttempt;
  unlock(id: number): void;
  lockHolder(path: string): number | undefined;
  reserve(path: string, size: number): Promise<void>;
  releaseUnused(path: string): Promise<void>;
  punchHole(path: string, start: number, end: number): Promise<void>;
  dataExtents(path: string): Promise<Extent[]>;
  dirtyExtents(path: string): Promise<Extent[] | undefined>;
  readAhead(path: string, extents: readonly Extent[]): Promise<void>;
  flush(path: string, onProgress: OnAmount): LongCall<'flushed'>;
  clone(from: string, to: string, onProgress: OnAmount): LongCall<'shared' | 'copied'>;
  space(path: string): Promise<Space>;
  peerUserId(fd: number): number;
  isShiftHeld(): boolean | undefined;
}

const names = [
  'lock',
  'unlock',
  'lockHolder',
  'reserve',
  'releaseUnused',
  'punchHole',
  'dataExtents',
  'dirtyExtents',
  'readAhead',
  'flush',
  'clone',
  'space',
  'peerUserId',
  'isShiftHeld',
] as const satisfies readonly (keyof NativeAddon)[];

const builtAddon = fileURLToPath(
  new URL('../../native/build/Release/torpor.node', import.meta.url),
);

/**
 * Loads the addon; Node keeps it, so later calls cost nothing.
 *
 * @throws TorporError INTERNAL with the command to run when it is not built, not built for this
 * machine, or older than this file
 */
export function loadNative(path = builtAddon): NativeAddon {
  let addon: unknown;
  try {
    addon = createRequire(import.meta.url)(path);
  } catch (error) {
    throw notBuilt('The native addon of Torpor cannot be loaded.', error);
  }
  if (!isNativeAddon(addon)) throw notBuilt('The native addon of Torpor is out of date.');
  return addon;
}

function isNativeAddon(value: unknown): value is NativeAddon {
  if (typeof value !== 'object' || value === null) return false;
  const functions = new Map<string, unknown>(Object.entries(value));
  return names.every((name) => typeof functions.get(name) === 'function');
}

function notBuilt(message: string, cause?: unknown): TorporError {
  return new TorporError('INTERNAL', message, { hint: 'Run `npm run build:native`.', cause });
}
