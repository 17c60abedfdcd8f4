import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { machineJson } from '../format/machine.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .addHelpText('after', '\nThe memory of the guest is lost; its disks stay as they are.')
    .action(async (typed) => {
      const client = await context.client();
      const machine = await client.request('machine.discardState', {
        machine: machineRef(context, typed),
      });
      context.print(machineJson(machine), () => [
        `The saved state of “${machine.name}” is deleted. It starts anew next time.`,
      ]);
    });
}
