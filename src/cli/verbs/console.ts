import type { Command } from '@commander-js/extra-typings';
import { attach } from '../attach.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { printable } from '../format/printable.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .addHelpText(
      'after',
      '\nCtrl-] leaves; the guest runs on. With a pipe it goes on after the input has ended, until' +
        '\nthe guest ends or Ctrl-C. With --json it prints the socket of the console and ends.',
    )
    .action(async (typed) => {
      const client = await context.client();
      const machine = machineRef(context, typed);
      const { socket } = await client.request('machine.console', { machine });
      if (context.json) {
        context.print({ socket }, () => []);
        return;
      }
      const { stdin, stderr } = context.terminal;
      const speaks = stdin.isTTY === true && !context.quiet;
      if (speaks) stderr.write(`Attached to “${printable(typed)}”. Ctrl-] leaves.\n`);
      const end = await attach(socket, context.terminal);
      if (speaks)
        stderr.write(end === 'left' ? '\nLeft. The guest runs on.\n' : '\nThe guest has ended.\n');
    });
}
