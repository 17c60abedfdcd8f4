import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { operateOnEach } from '../each.ts';
import { usageError } from '../failure.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('[machine...]', 'names, ids or bundles')
    .option('--all', 'every suspended machine whose state is not compacted')
    .addHelpText(
      'after',
      '\nThe state then takes less room, and longer to come back. Resuming expands it by itself.',
    )
    .action(async (typed, { all = false }) => {
      if (all === typed.length > 0) {
        throw usageError(
          'Name the machines to compact, or say --all.',
          'One of the two is needed.',
        );
      }
      const machines = all ? await everyPlainState(context) : typed;
      if (machines.length === 0) {
        context.print([], () => ['There is no saved state to compact.']);
        return;
      }
      await operateOnEach(context, machines, 'Compacting', (client, machine) =>
        client.request('machine.compact', { machine }),
      );
    });
}

async function everyPlainState(context: Context): Promise<string[]> {
  const client = await context.client();
  const { machines } = await client.request('state.get', {});
  return machines
    .filter(({ status, savedState }) => status === 'suspended' && savedState?.form === undefined)
    .map(({ path }) => path);
}
