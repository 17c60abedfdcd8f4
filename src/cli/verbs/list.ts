import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineJson } from '../format/machine.ts';

export function define(command: Command, context: Context): void {
  command.action(async () => {
    // The table is loaded while the agent answers.
    const [{ machines, library }, lines] = await Promise.all([
      context.client().then((client) => client.request('state.get', {})),
      context.json || context.quiet ? undefined : import('../format/list.ts'),
    ]);
    context.print(machines.map(machineJson), () =>
      lines === undefined ? [] : lines.listLines(machines, library.problem, context),
    );
  });
}
