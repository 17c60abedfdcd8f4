/**
 * The app as a person meets it, measured in the stand-in for Electron (or in Electron, where it is
 * installed): `npm run bench:app -- --rounds 5`, after `npm run build`. Medians. What the app itself takes is
 * measured without a browser, see without-windows.ts. Figures of a busy computer say little: it tells how busy
 * this one was.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { connectIfRunning } from '../src/agent/running.ts';
import { libraryLayout } from '../src/core/library/layout.ts';
import { createTestHome, isStandin, quit, type RunningApp } from '../test/e2e/support/app.ts';
import { createMachine, startMachine } from '../test/e2e/support/machines.ts';
import { isPanelVisible } from '../test/e2e/support/tray.ts';
import { pageBundle } from '../test/support/page-bundle.ts';
import { fillLibrary } from './app-library.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    machines: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const figures = new Map<string, number[]>();
const note = (name: string, value: number): void => {
  figures.set(name, [...(figures.get(name) ?? []), value]);
};

const node = 'Node, before it reads anything';
const published = `from the bundle’s first line to a menu with ${values.machines} machines`;
const evaluated = '  of that, the bundle is read and has run';
const state =
  'agent ready, from the start of the process, with all of the stand-in and its browser';
const ofIt = '  of that, the agent: library opened, machines read, socket listens';
const busy = 'click in the menu to the busy icon';
const beyond = 'click in the menu to a guest that runs, beside what the driver needs';
const driver = '  the driver: loads the state and lets the guest go on';
const shown = 'click on the icon to a panel that answers';
const load = 'CPU time of the main process in 10 s with the panel closed';
const timers = 'timers of the main process then';

for (let round = 1; round <= Number(values.rounds); round++) {
  console.error(`round ${round}`);
  const home = createTestHome();
  try {
    await fillLibrary(home.library, Number(values.machines));
    await measurePart('app-start.ts', home, values.machines, { node, evaluated, published });
    await measureStart(home);
    const app = await home.launch();
    await measurePanel(app);
    await createMachine(app, home, 'Demo');
    await startMachine(app, 'Demo');
    await measureClosed(app);
    await quit(app);
    await measurePart('app-resume.ts', home, '3', { busy, beyond, driver });
  } finally {
    await home.remove();
  }
}
report();

/**
 * Runs a program beside this one that holds the app's main process without a browser, and notes what it
 * tells under these names.
 */
async function measurePart(
  program: string,
  { userData, env }: ReturnType<typeof createTestHome>,
  argument: string,
  names: Readonly<Record<string, string>>,
): Promise<void> {
  const file = path.join(import.meta.dirname, program);
  // A folder of its own: it ends without ceremony, which would be a crash to the next start.
  const folder = path.join(path.dirname(userData), program);
  const { stdout } = await promisify(execFile)(process.execPath, [file, folder, argument], {
    env,
    timeout: 120_000,
  });
  const told: Readonly<Record<string, readonly number[]>> = JSON.parse(stdout);
  for (const [key, name] of Object.entries(names)) {
    for (const value of told[key] ?? []) note(name, value);
  }
}

/** Starts it without Playwright, which holds `ready` back, and asks as the command line does. */
async function measureStart(home: ReturnType<typeof createTestHome>): Promise<void> {
  const began = performance.timeOrigin + performance.now();
  const { child, ended } = home.spawn();
  let client = await connectIfRunning(home.library);
  while (client === undefined) {
    await delay(2);
    client = await connectIfRunning(home.library);
  }
  const { machines, agent } = await client.request('state.get', {});
  if (machines.length !== Number(values.machines)) throw new Error('there are machines missing');
  // By the agent's own log: how soon this process hears of it is another matter.
  const ready = await readyAt(home.library, Date.parse(agent.startedAt));
  note(state, ready - began);
  note(ofIt, ready - Date.parse(agent.startedAt));
  child.kill('SIGTERM');
  client.close();
  await ended;
}

/** When the agent that began then was ready, in milliseconds since 1970. Its log is written a moment later. */
async function readyAt(library: string, began: number): Promise<number> {
  for (;;) {
    const lines = readFileSync(libraryLayout(library).log, 'utf8').trim().split('\n');
    const ready = lines.map((line) => JSON.parse(line)).findLast(({ msg }) => msg === 'ready');
    const at = Date.parse(ready?.time);
    if (at >= began) return at;
    await delay(10);
  }
}

async function measurePanel(app: RunningApp): Promise<void> {
  if (await isPanelVisible(app)) throw new Error('the panel is open already');
  // The first opening draws what was loaded hidden; people open it many times.
  for (const isFirst of [true, false]) {
    await app.panel.evaluate(() => {
      const drawn = new Promise<number>((resolve) => {
        const end = window.torpor.on('shown', (isShown) => {
          if (!isShown) return;
          end();
          // What the page draws of it is laid out, and the next task, such as a click, has its turn.
          setTimeout(() => resolve(Date.now() + 0 * document.body.offsetHeight));
        });
      });
      Object.assign(globalThis, { drawn });
    });
    const clickedAt = await app.electron.evaluate(() => {
      const now = Date.now();
      const bounds = { x: 1600, y: 0, width: 24, height: 24 };
      globalThis.torporForTests?.bar.tray.emit('click', {}, bounds);
      return now;
    });
    const drawnAt = await app.panel.evaluate(() => Reflect.get(globalThis, 'drawn'));
    const milliseconds = Number(drawnAt) - clickedAt;
    if (!isFirst) note(shown, milliseconds);
    await app.panel.evaluate(() => window.torpor.request('window.close', {}));
  }
}

async function measureClosed(app: RunningApp): Promise<void> {
  const { used, waiting } = await app.electron.evaluate(async () => {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const { user, system } = process.cpuUsage(before);
    const all = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    return { used: (user + system) / 1000, waiting: all.length };
  });
  note(load, used);
  note(timers, waiting);
}

function report(): void {
  const dist = path.join(import.meta.dirname, '..', 'dist', 'panel');
  const { gzipBytes } = pageBundle(dist, 'panel.html');
  const median = (name: string): number => {
    const sorted = (figures.get(name) ?? []).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  const rows = [
    [published, median(published), 'ms', '500'],
    [evaluated, median(evaluated), 'ms', ''],
    [node, median(node), 'ms', ''],
    [state, median(state), 'ms', ''],
    [ofIt, median(ofIt), 'ms', ''],
    [busy, median(busy), 'ms', '50'],
    [beyond, median(beyond), 'ms', '100'],
    [driver, median(driver), 'ms', ''],
    [shown, median(shown), 'ms', '100'],
    ['panel, compressed, without noVNC', gzipBytes / 1000, 'kB', '60'],
    [load, median(load), 'ms', ''],
    [timers, median(timers), '', '0'],
  ] as const;
  const busyness = `${loadavg()[0]?.toFixed(1)} processes want a CPU`;
  const host = `${cpus().length} CPUs, ${busyness}, ${process.platform}, ${isStandin ? 'stand-in' : 'Electron'}`;
  if (values.json) {
    console.log(JSON.stringify({ host, rows: rows.map(([name, value]) => ({ name, value })) }));
    return;
  }
  const table = new Table({ head: ['what', 'here', 'meant'], style: { head: [], border: [] } });
  for (const [name, value, unit, meant] of rows) {
    table.push([
      name,
      `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`,
      meant && `${meant} ${unit}`,
    ]);
  }
  console.log(`${host}\n${table}`);
}
