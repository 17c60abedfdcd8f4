import type { Client } from '../../contract/json-rpc.ts';
import { TorporError, toProblem } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';
import { concerns, concernsMaking, type Task } from './task.ts';

/**
 * Waits for `work`, which the agent does. The first Ctrl-C asks the agent to cancel what `task`
 * concerns; `work` then fails by itself. The next one throws CANCELLED at once: the command leaves,
 * and the agent goes on.
 */
export async function interruptible<T>(
  context: Context,
  client: Client,
  task: Task,
  work: Promise<T>,
): Promise<T> {
  const { promise: left, reject: leave } = Promise.withResolvers<never>();
  const say = (text: string) => context.terminal.stderr.write(`\ntorpor: ${printable(text)}\n`);
  let presses = 0;

  const removeListener = context.terminal.onInterrupt(() => {
    presses++;
    if (presses > 1) {
      leave(
        new TorporError('CANCELLED', 'Left before the work was done.', {
          hint: 'The agent goes on with it; “torpor list” shows how far it is.',
        }),
      );
      return;
    }
    cancel(client, task).then(
      (count) => say(count > 0 ? 'Cancelling. Ctrl-C again leaves at once.' : cannotCancel),
      (error: unknown) => say(`Could not cancel: ${toProblem(error).message}`),
    );
  });
  try {
    return await Promise.race([work, left]);
  } finally {
    removeListener();
  }
}

const cannotCancel = 'This cannot be cancelled. Ctrl-C again leaves; the agent goes on with it.';

/** Cancels every operation in flight that `task` concerns; returns how many could be. */
async function cancel(client: Client, task: Task): Promise<number> {
  const { machines, creations } = await client.request('state.get', {});
  const inTheMaking = creations.filter(
    (creation) => creation.cancellable && concernsMaking(task, creation),
  );
  const inFlight = machines.filter(
    (machine) =>
      (machine.progress?.cancellable === true || machine.compaction !== undefined) &&
      concerns(task, machine),
  );
  const answers = await Promise.all(
    [...inTheMaking, ...inFlight].map(({ id }) =>
      client.request('machine.cancel', { machine: id }),
    ),
  );
  return answers.filter(({ cancelled }) => cancelled).length;
}
