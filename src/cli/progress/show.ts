import type { AppState } from '../../contract/app-state.ts';
import type { Client } from '../../contract/json-rpc.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';
import { interruptible } from './interrupt.ts';
import { concerns, concernsMaking, type Task } from './task.ts';

const patienceMs = 1_000;
const redrawMs = 200;

/**
 * Waits for `work`. When it takes over a second its progress is shown: on a terminal as a line that
 * moves for each machine, otherwise as one line that says what goes on. Ctrl-C cancels; see
 * interruptible().
 */
export async function withProgress<T>(
  context: Context,
  client: Client,
  task: Task,
  work: Promise<T>,
): Promise<T> {
  const done = new AbortController();
  let shown = Promise.resolve();
  const timer = setTimeout(() => {
    shown = showProgress(context, client, task, done.signal).catch(reportedByWork);
  }, patienceMs);
  try {
    return await interruptible(context, client, task, work);
  } finally {
    clearTimeout(timer);
    done.abort();
    await shown;
  }
}

async function showProgress(
  context: Context,
  client: Client,
  task: Task,
  done: AbortSignal,
): Promise<void> {
  const { stderr, now } = context.terminal;
  if (context.quiet) return;
  if (stderr.isTTY !== true) {
    if (!context.json) stderr.write(`${printable(task.label)} …\n`);
    return;
  }
  const startedAt = now() - patienceMs;
  const { createBars } = await import('./bars.ts');
  if (done.aborted) return;
  let told: Pick<AppState, 'machines' | 'creations'> = { machines: [], creations: [] };
  const unsubscribe = client.on('state', (state) => {
    told = state;
  });
  const bars = createBars(stderr);
  const timer = setInterval(() => {
    bars.draw(
      {
        machines: told.machines.filter((machine) => concerns(task, machine)),
        creations: told.creations.filter((creation) => concernsMaking(task, creation)),
      },
      { label: task.label, startedAt, now: now() },
    );
  }, redrawMs);
  try {
    await client.request('events.subscribe', { kinds: ['state'] });
    told = await client.request('state.get', {});
    await aborted(done);
  } finally {
    clearInterval(timer);
    unsubscribe();
    bars.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Only the connection can fail here, and the work fails with it. */
function reportedByWork(): void {}
