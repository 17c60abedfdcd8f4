import { execFile } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { diskSpeed } from './disk.ts';
import { writeDocument } from './document.ts';
import { idleAgent } from './idle-agent.ts';
import { libvirt } from './libvirt.ts';
import { measure } from './measure.ts';
import { program } from './plain-guest.ts';
import { qemuExec } from './qemu-exec.ts';
import { qemuSavevm } from './qemu-savevm.ts';
import { quit } from './quit.ts';
import { tablesOf } from './report.ts';
import { figuresOf, type Results, type Row } from './results.ts';
import { running } from './running.ts';
import type { Technique } from './technique.ts';
import { torpor } from './torpor.ts';

/**
 * Suspends and resumes real guests, all techniques in one run and in turn, so that a computer that
 * is slow for a while is slow for all of them. Ratios are what carries to other computers.
 */
const { values } = parseArgs({
  options: {
    memory: { type: 'string', default: '256,1024,4096,8192' },
    fill: { type: 'string', default: '10,50' },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const memory = values.quick ? [256] : numbers(values.memory);
const fills = values.quick ? [50] : numbers(values.fill);
const rounds = values.quick ? 1 : Number(values.rounds);
const run = promisify(execFile);

const techniques: Technique[] = [];
const missing: string[] = [];
for (const technique of [torpor('instant'), torpor('streamed'), libvirt, qemuExec, qemuSavevm]) {
  const why = await technique.missing();
  if (why === undefined) techniques.push(technique);
  else missing.push(`${technique.name} (${why})`);
}

say('disk');
const disk = await diskSpeed(values.quick ? 256 : 1024);
say('four at once');
const together = values.quick ? await quit(2, 256) : await quit(4, 1024);
say('a guest that writes');
const size = values.quick ? 256 : 1024;
const whileRunning = [
  await running('instant', size, size / 2),
  await running('streamed', size, size / 2),
];
say('the agent');
const idle = await idleAgent(10, values.quick ? 2 : 10);

const rows: Row[] = [];
const results: Results = {
  machine: machineText(),
  versions: await versions(),
  date: new Date().toISOString().slice(0, 10),
  disk,
  rows,
  missing,
  quit: together,
  running: whileRunning,
  idle,
};
for (const memoryMiB of memory) {
  for (const fill of fills) {
    for (const technique of techniques) {
      say(`${memoryMiB} MiB, ${fill} % filled: ${technique.name}`);
      const measured = await measure(technique, memoryMiB, fill, rounds);
      const figures = figuresOf(measured);
      rows.push({ technique: technique.name, memoryMiB, fill, rounds, figures });
    }
    // A run of an hour that is interrupted has measured something all the same.
    if (values.write) await writeDocument(results);
  }
}
if (values.json) console.log(JSON.stringify(results, null, 2));
else print(results);

function print({ machine, versions: all, missing: lacking, ...rest }: Results): void {
  console.log(`${machine}; ${all.join(', ')}`);
  for (const why of lacking) console.log(`Not measured: ${why}.`);
  for (const { title, head, rows: cells } of tablesOf({
    machine,
    versions: all,
    missing: lacking,
    ...rest,
  })) {
    const table = new Table({ head: [...head], style: { head: [], border: [] } });
    for (const row of cells) table.push([...row]);
    console.log(`\n${title}\n${table.toString()}`);
  }
  const times = rounds === 1 ? 'One round' : `Medians of ${rounds} rounds, with least and most`;
  console.log(
    `${times}; n× is how many times faster than libvirt, or than QEMU’s exec: without it.`,
  );
}

function machineText(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, software emulation`;
}

async function versions(): Promise<string[]> {
  const qemu = await run(program, ['--version']);
  const all = [
    `Node ${process.versions.node}`,
    /version \S+/.exec(qemu.stdout)?.[0].replace('version', 'QEMU'),
  ];
  if (techniques.includes(libvirt)) {
    const { stdout } = await run('virsh', ['--version']);
    all.push(`libvirt ${stdout.trim()}`);
  }
  return all.filter((text) => text !== undefined);
}

function numbers(list: string): number[] {
  return list.split(',').map(Number);
}

function say(text: string): void {
  console.error(text);
}
