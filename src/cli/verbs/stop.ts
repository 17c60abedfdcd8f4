import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { operateOnEach } from '../each.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine...>', 'names, ids or bundles')
    .option('--force', 'end it at once; what is not on its disks is lost')
    .action(async (machines, { force = false }) => {
      await operateOnEach(context, machines, 'Stopping', (client, machine) =>
        client.request('machine.stop', { machine, force }),
      );
    });
}
