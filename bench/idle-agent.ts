import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fillLibrary } from './app-library.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** `torpor agent run` with a library of machines that do nothing, and what it answers. */
export interface IdleAgent {
  readonly machines: number;
  /** Resident, with what it shares with other programs. */
  readonly residentMiB: number;
  /** Milliseconds of CPU and wake-ups in so many seconds. */
  readonly seconds: number;
  readonly cpuMs: number;
  readonly wakeUps: number;
  /** Milliseconds of `torpor list`, and of Node doing nothing. */
  readonly list: Spread;
  readonly node: Spread;
}

const run = promisify(execFile);
const cli = new URL('../src/cli/index.ts', import.meta.url).pathname;

/** Linux alone: elsewhere nobody tells how often a process was woken. */
export async function idleAgent(machines: number, seconds: number): Promise<IdleAgent | undefined> {
  if (process.platform !== 'linux') return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'torpor-bench-'));
  const library = join(folder, 'library');
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  const torpor = (...args: string[]) =>
    run(process.execPath, [cli, '--library', library, ...args], { env });
  const begin = async (): Promise<ChildProcess> => {
    const agent = spawn(process.execPath, [cli, '--library', library, 'agent', 'run'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(agent.stderr, 'data');
    return agent;
  };
  await fillLibrary(library, machines);
  // The first start of a new version compiles; what people live with are all the others.
  const first = await begin();
  await end(first);
  const agent = await begin();
  try {
    await torpor('list');
    // What a start leaves behind is collected first.
    await wait(2000);
    const before = await usage(agent.pid);
    await wait(seconds * 1000);
    const after = await usage(agent.pid);
    const list = await times(() => torpor('list'));
    const node = await times(() => run(process.execPath, ['-e', '0']));
    return {
      machines,
      residentMiB: after.residentMiB,
      seconds,
      cpuMs: after.cpuMs - before.cpuMs,
      wakeUps: after.switches - before.switches,
      list,
      node,
    };
  } finally {
    await end(agent);
    await rm(folder, { recursive: true });
  }
}

async function end(agent: ChildProcess): Promise<void> {
  const ended = once(agent, 'exit');
  agent.kill();
  await ended;
}

async function times(work: () => Promise<unknown>): Promise<Spread> {
  const all: number[] = [];
  for (let index = 0; index < 10; index++) {
    const started = performance.now();
    await work();
    all.push(performance.now() - started);
  }
  return spreadOf(all);
}

async function usage(pid: number | undefined) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, fields = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  // Fields 14 and 15 of proc(5), in hundredths of a second; the first after the name is the third.
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    residentMiB: number('VmRSS') / 1024,
    cpuMs: ((user ?? 0) + (system ?? 0)) * 10,
    switches: number('voluntary_ctxt_switches'),
  };
}
