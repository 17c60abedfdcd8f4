import type { Client } from '../../contract/json-rpc.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';

/** Waits for a verification. On a terminal its progress is shown; Ctrl-C ends it. */
export async function withCheckProgress<T>(
  context: Context,
  client: Client,
  machine: string,
  work: Promise<T>,
): Promise<T> {
  const { stderr, onInterrupt } = context.terminal;
  const isShown = !context.quiet && stderr.isTTY === true;
  const off = client.on('state', ({ machines }) => {
    const one = machines.find(({ id, name, path }) => [id, name, path].includes(machine));
    const amount = one?.check?.amount;
    if (!isShown || one === undefined || !amount) return;
    const percent = amount.total === 0 ? 100 : Math.floor((amount.done / amount.total) * 100);
    stderr.write(`\r${printable(one.name)}: ${percent} % read`);
  });
  const stop = onInterrupt(() => void client.request('machine.cancel', { machine }));
  try {
    if (isShown) await client.request('events.subscribe', { kinds: ['state'] });
    return await work;
  } finally {
    stop();
    off();
    if (isShown) stderr.write('\r\u001b[K');
  }
}
