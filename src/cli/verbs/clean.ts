import type { Command } from '@commander-js/extra-typings';
import { TorporError } from '../../core/errors.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { usageError } from '../failure.ts';
import { formatBytes } from '../format/size.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\n“torpor show” lists them. The saved state and the disks stay.')
    .action(async (typed, { yes = false }) => {
      if (!yes && context.terminal.stdin.isTTY !== true) {
        throw usageError('Without a terminal to ask on, cleaning needs --yes.');
      }
      const client = await context.client();
      const { name, path, setAside } = await client.request('machine.show', {
        machine: machineRef(context, typed),
      });
      if (!yes && setAside.length > 0) await ask(context, name, setAside);
      const { removed } = await client.request('machine.clean', { machine: path });
      const bytes = bytesOf(removed);
      context.print({ name, removed: removed.length, bytes }, () => [
        removed.length === 0
          ? `Nothing was set aside of “${name}”.`
          : `${statesOf(removed)} of “${name}” deleted: ${formatBytes(bytes)}.`,
      ]);
    });
}

type States = readonly { readonly bytes: number }[];

async function ask(context: Context, name: string, states: States): Promise<void> {
  const size = formatBytes(bytesOf(states));
  const question = `Delete ${statesOf(states)} of “${name}” (${size}) for good?`;
  if (await confirm(context.terminal, question)) return;
  throw new TorporError('CANCELLED', `Nothing of “${name}” was deleted.`);
}

function statesOf({ length }: States): string {
  return length === 1 ? '1 state that was set aside' : `${length} states that were set aside`;
}

function bytesOf(states: States): number {
  return states.reduce((sum, { bytes }) => sum + bytes, 0);
}
