import type { DiskSpeed } from './disk.ts';
import type { IdleAgent } from './idle-agent.ts';
import type { Round } from './measure.ts';
import type { Quit } from './quit.ts';
import type { Running } from './running.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** All that one run of the bench has found; what was left out or could not run is absent. */
export interface Results {
  readonly machine: string;
  readonly versions: readonly string[];
  readonly date: string;
  readonly disk: DiskSpeed;
  readonly rows: readonly Row[];
  readonly missing: readonly string[];
  readonly quit: Quit | undefined;
  readonly running: readonly Running[];
  readonly idle: IdleAgent | undefined;
}

export type Figures = { readonly [Name in keyof Round]: Spread };

/** One technique with one size of guest. */
export interface Row {
  readonly technique: string;
  readonly memoryMiB: number;
  readonly fill: number;
  readonly rounds: number;
  readonly figures: Figures;
}

export function figuresOf(rounds: readonly Round[]): Figures {
  const of = (name: keyof Round): Spread => spreadOf(rounds.map((round) => round[name]));
  return {
    firstDurable: of('firstDurable'),
    firstGone: of('firstGone'),
    secondDurable: of('secondDurable'),
    secondGone: of('secondGone'),
    backCold: of('backCold'),
    backWarm: of('backWarm'),
    allReadCold: of('allReadCold'),
    allReadWarm: of('allReadWarm'),
    stateBytes: of('stateBytes'),
  };
}

/** What people use today, which the others are compared with: libvirt, or what it does inside. */
export function baselineOf(rows: readonly Row[], { memoryMiB, fill }: Row): Row | undefined {
  const same = rows.filter((row) => row.memoryMiB === memoryMiB && row.fill === fill);
  return (
    same.find(({ technique }) => technique.startsWith('libvirt')) ??
    same.find(({ technique }) => technique.includes('exec:'))
  );
}

/** How many times faster than the baseline; undefined when there is none, or it is the baseline. */
export function ratio(rows: readonly Row[], row: Row, name: keyof Round): number | undefined {
  const baseline = baselineOf(rows, row);
  if (baseline === undefined || baseline === row) return undefined;
  return baseline.figures[name].median / row.figures[name].median;
}
