import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { operateOnEach } from '../each.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine...>', 'names, ids or bundles')
    .option('--cold', 'boot a suspended machine anew; its saved state is set aside')
    .action(async (machines, { cold = false }) => {
      await operateOnEach(context, machines, 'Starting', (client, machine) =>
        client.request('machine.start', { machine, cold }),
      );
    });
}
