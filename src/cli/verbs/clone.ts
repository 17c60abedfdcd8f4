import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { machineJson } from '../format/machine.ts';
import { withProgress } from '../progress/show.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle of the original')
    .argument('<name>', 'the name of the copy')
    .addHelpText(
      'after',
      '\nDisks share their blocks where the volume can. A saved state is not copied.',
    )
    .action(async (typed, name) => {
      const client = await context.client();
      const original = machineRef(context, typed);
      const machine = await withProgress(
        context,
        client,
        { label: `Copying “${typed}”`, machines: [original] },
        client.request('machine.clone', { machine: original, name }),
      );
      context.print(machineJson(machine), () => [`“${machine.name}” is a copy of “${typed}”.`]);
    });
}
