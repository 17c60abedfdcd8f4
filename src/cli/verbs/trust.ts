import type { Command } from '@commander-js/extra-typings';
import { TorporError } from '../../core/errors.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { usageError } from '../failure.ts';
import { printable } from '../format/printable.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nA bundle from somebody else could name any file of yours.')
    .action(async (typed, { yes = false }) => {
      if (!yes && context.terminal.stdin.isTTY !== true) {
        throw usageError('Without a terminal to ask on, trusting needs --yes.');
      }
      const client = await context.client();
      const machine = machineRef(context, typed);
      const { all, missing } = await client.request('machine.outside', { machine });
      if (missing.length > 0 && !yes) await ask(context, typed, missing);
      const { name } = await client.request('machine.trust', { machine, outside: missing });
      context.print({ name, outside: all, agreed: missing }, () => [
        missing.length === 0
          ? `“${printable(name)}” asks for nothing that you have not agreed to.`
          : `“${printable(name)}” may use that from now on.`,
      ]);
    });
}

async function ask(context: Context, name: string, missing: readonly string[]): Promise<void> {
  const { terminal } = context;
  terminal.stderr.write(`“${printable(name)}” wants to use, outside its bundle:\n`);
  for (const line of missing) terminal.stderr.write(`  ${printable(line)}\n`);
  if (await confirm(terminal, 'Let it?')) return;
  throw new TorporError('CANCELLED', `“${name}” may not use them. Nothing was changed.`);
}
