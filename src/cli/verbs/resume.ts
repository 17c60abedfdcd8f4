import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { operateOnEach } from '../each.ts';

export function define(command: Command, context: Context): void {
  command.argument('<machine...>', 'names, ids or bundles').action(async (machines) => {
    await operateOnEach(context, machines, 'Resuming', (client, machine) =>
      client.request('machine.resume', { machine }),
    );
  });
}
