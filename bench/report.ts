import type { Round } from './measure.ts';
import { type Results, type Row, ratio } from './results.ts';
import type { Spread } from './statistics.ts';

/** A heading and rows of cells, for a terminal or for Markdown. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const columns: readonly (readonly [name: keyof Round, head: string])[] = [
  ['firstDurable', 'safe, first'],
  ['secondDurable', 'safe, again'],
  ['backCold', 'back, cold'],
  ['allReadCold', 'all read, cold'],
  ['backWarm', 'back, warm'],
  ['allReadWarm', 'all read, warm'],
];

export function tablesOf(results: Results): Table[] {
  return [suspension(results), others(results)];
}

function suspension({ rows }: Results): Table {
  return {
    title: 'Suspending and resuming one guest',
    head: ['memory', 'filled', 'technique', ...columns.map(([, head]) => head), 'on disk'],
    rows: rows.map((row) => [
      sizeText(row.memoryMiB),
      `${row.fill} %`,
      row.technique,
      ...columns.map(([name]) => cell(rows, row, name)),
      sizeText(row.figures.stateBytes.median / 2 ** 20),
    ]),
  };
}

/** The ratio first: it is what carries to other computers. */
function cell(rows: readonly Row[], row: Row, name: keyof Round): string {
  const times = ratio(rows, row, name);
  const seconds = spreadText(row.figures[name], row.rounds);
  return times === undefined ? seconds : `${timesText(times)}, ${seconds}`;
}

function others({ disk, quit, running, idle }: Results): Table {
  const rows = [
    ['The volume writes, flushed', `${Math.round(disk.write)} MiB/s`],
    ['The volume reads, cold', `${Math.round(disk.read)} MiB/s`],
  ];
  if (quit !== undefined) {
    const { machines, memoryMiB, alone, together } = quit;
    const guests = `${machines} guests of ${sizeText(memoryMiB)}, half filled`;
    rows.push(
      [
        `Suspending ${guests}, each alone`,
        `${seconds(alone.median)} (at most ${seconds(alone.most)})`,
      ],
      [
        'All of them at once, as at a quit',
        `${timesText(together / alone.most)} the slowest alone, ${seconds(together)}`,
      ],
    );
  }
  for (const { mode, firstTouch, rewrite, writtenBack } of running) {
    rows.push([
      `A running guest writes its memory, ${mode} mode`,
      `first ${seconds(firstTouch)}, again ${seconds(rewrite)}; ${Math.round(writtenBack)} MiB went to disk`,
    ]);
  }
  if (idle !== undefined) {
    const { machines, residentMiB, cpuMs, wakeUps, list, node } = idle;
    rows.push(
      [
        `Agent with ${machines} machines that do nothing`,
        `${Math.round(residentMiB)} MiB resident`,
      ],
      [`Its CPU in ${idle.seconds} s`, `${cpuMs} ms, ${wakeUps} wake-ups`],
      [
        'torpor list',
        `${timesText(list.median / node.median)} Node doing nothing, ${Math.round(list.median)} ms`,
      ],
    );
  }
  return { title: 'Beside that', head: ['what', 'measured'], rows };
}

function spreadText({ median, least, most }: Spread, rounds: number): string {
  if (rounds === 1) return seconds(median);
  return `${seconds(median)} (${number(least)} to ${number(most)})`;
}

export function timesText(times: number): string {
  return `${times < 10 ? times.toFixed(1) : Math.round(times)}×`;
}

function seconds(value: number): string {
  return `${number(value)} s`;
}

function number(value: number): string {
  return value < 0.0995 ? value.toFixed(3) : value.toFixed(2);
}

export function sizeText(mebibytes: number): string {
  return mebibytes >= 1024
    ? `${Number((mebibytes / 1024).toFixed(1))} GiB`
    : `${Math.round(mebibytes)} MiB`;
}
