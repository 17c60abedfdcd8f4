import type { Space } from '../core/host.ts';

/** Bytes that mark how full a volume is for the machines that run on it. */
export interface Levels {
  /** Below this people are warned. */
  readonly low: number;
  /** Below this guests are paused, while there is still room to suspend them. */
  readonly full: number;
  /** From here on those that were paused go on. */
  readonly room: number;
}

const mebibyte = 1024 ** 2;

/**
 * A warning at a tenth of the volume and no more than 2 GiB, pausing at a fiftieth, between 64 and
 * 256 MiB: what several suspensions in instant mode write.
 */
export function levelsOf({ total }: Pick<Space, 'total'>): Levels {
  const full = Math.min(Math.max(total / 50, 64 * mebibyte), 256 * mebibyte);
  return {
    low: Math.max(2 * full, Math.min(total / 10, 2048 * mebibyte)),
    full,
    room: full + full / 2,
  };
}
