import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { machineJson } from '../format/machine.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .argument('<name>', 'the new name')
    .action(async (typed, name) => {
      const client = await context.client();
      const machine = await client.request('machine.rename', {
        machine: machineRef(context, typed),
        name,
      });
      context.print(machineJson(machine), () => [`“${typed}” is now “${machine.name}”.`]);
    });
}
