import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { measure, type Round } from './measure.ts';
import { qemuExec } from './qemu-exec.ts';
import { torpor } from './torpor.ts';

/**
 * Suspends and resumes real guests, all techniques in one run and in turn, so that a machine that
 * is slow for a while is slow for all of them. Medians; the ratios are what carries to other machines.
 */
const { values } = parseArgs({
  options: {
    memory: { type: 'string', default: '256,1024' },
    fill: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const techniques = [torpor('instant'), torpor('streamed'), qemuExec];
const numbers = (list: string): number[] => list.split(',').map(Number);

const rows: Row[] = [];
for (const memoryMiB of numbers(values.memory)) {
  for (const fill of numbers(values.fill)) {
    const rounds = new Map<string, Round[]>(techniques.map(({ name }) => [name, []]));
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const technique of techniques) {
        console.error(`${memoryMiB} MiB, ${fill} % filled, round ${round}: ${technique.name}`);
        rounds.get(technique.name)?.push(await measure(technique, memoryMiB, fill));
      }
    }
    for (const [technique, all] of rounds)
      rows.push({ memoryMiB, fill, technique, ...medians(all) });
  }
}
if (values.json) console.log(JSON.stringify({ machine: machine(), rows }));
else report();

interface Row extends Round {
  readonly memoryMiB: number;
  readonly fill: number;
  readonly technique: string;
}

function medians(all: readonly Round[]): Round {
  const of = (pick: (round: Round) => number): number => {
    const sorted = all.map(pick).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    firstSuspend: of((round) => round.firstSuspend),
    resume: of((round) => round.resume),
    allRead: of((round) => round.allRead),
    secondSuspend: of((round) => round.secondSuspend),
    stateBytes: of((round) => round.stateBytes),
  };
}

function report(): void {
  console.log(machine());
  const head = ['memory', 'filled', 'technique', 'suspend', 'again', 'back', 'all read', 'on disk'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) {
    const baseline = rows.find(
      ({ technique, memoryMiB, fill }) =>
        technique === qemuExec.name && memoryMiB === row.memoryMiB && fill === row.fill,
    );
    const cell = (pick: (round: Round) => number): string => {
      const ratio = baseline === undefined ? 1 : pick(baseline) / pick(row);
      return `${pick(row).toFixed(2)} s (${ratio.toFixed(1)}×)`;
    };
    table.push([
      `${row.memoryMiB} MiB`,
      `${row.fill} %`,
      row.technique,
      cell((round) => round.firstSuspend),
      cell((round) => round.secondSuspend),
      cell((round) => round.resume),
      cell((round) => round.allRead),
      `${Math.round(row.stateBytes / 2 ** 20)} MiB`,
    ]);
  }
  console.log(table.toString());
  console.log(`Medians of ${values.rounds}; (n×) is how much faster than ${qemuExec.name}.`);
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}`;
}
