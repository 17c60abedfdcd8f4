import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { operateOnEach, printReports } from '../each.ts';
import { usageError } from '../failure.ts';
import { withProgress } from '../progress/show.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('[machine...]', 'names, ids or bundles')
    .option('--all', 'every machine that runs')
    .action(async (machines, { all = false }) => {
      if (all === machines.length > 0) {
        throw usageError(
          'Name the machines to suspend, or say --all.',
          'One of the two is needed.',
        );
      }
      if (all) await suspendAll(context);
      else {
        await operateOnEach(context, machines, 'Suspending', (client, machine) =>
          client.request('machine.suspend', { machine, reason: 'user' }),
        );
      }
    });
}

async function suspendAll(context: Context): Promise<void> {
  const client = await context.client();
  const reports = await withProgress(
    context,
    client,
    { label: 'Suspending every machine', machines: 'all' },
    client.request('machine.suspendAll', { reason: 'user' }),
  );
  printReports(context, reports);
}
