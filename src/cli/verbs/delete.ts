import type { Command } from '@commander-js/extra-typings';
import { TorporError } from '../../core/errors.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { usageError } from '../failure.ts';
import { withProgress } from '../progress/show.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .option('--permanently', 'delete its files instead of moving them to the trash')
    .option('-y, --yes', 'do not ask')
    .action(async (typed, { permanently = false, yes = false }) => {
      if (!yes && context.terminal.stdin.isTTY !== true) {
        throw usageError('Without a terminal to ask on, deleting needs --yes.');
      }
      const client = await context.client();
      const { name, path } = await client.request('machine.show', {
        machine: machineRef(context, typed),
      });
      if (!yes) await ask(context, name, permanently);
      await withProgress(
        context,
        client,
        { label: `Deleting “${name}”`, machines: [path] },
        client.request('machine.delete', { machine: path, permanently }),
      );
      context.print({ name, deleted: permanently ? 'permanently' : 'toTrash' }, () => [
        permanently ? `“${name}” is deleted.` : `“${name}” is in the trash.`,
      ]);
    });
}

async function ask(context: Context, name: string, permanently: boolean): Promise<void> {
  const question = permanently
    ? `Delete “${name}” with its disks and saved state for good?`
    : `Move “${name}” with its disks and saved state to the trash?`;
  if (await confirm(context.terminal, question)) return;
  throw new TorporError('CANCELLED', `“${name}” was not deleted.`);
}
