import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { machineJson } from '../format/machine.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'the bundle that is a copy, by its path')
    .argument('[name]', 'its new name; that of its folder unless given')
    .addHelpText(
      'after',
      '\nIt gets another id and MAC address. Its saved state is set aside: it is the first one’s.',
    )
    .action(async (typed, name) => {
      const client = await context.client();
      const machine = await client.request('machine.renew', {
        machine: machineRef(context, typed),
        name: name ?? null,
      });
      context.print(machineJson(machine), () => [
        `“${machine.name}” is a machine of its own now, and boots when it is started.`,
      ]);
    });
}
