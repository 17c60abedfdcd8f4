import type { Command } from '@commander-js/extra-typings';
import type { VerifyReport } from '../../contract/requests.ts';
import { exitCodeOf, TorporError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { AlreadyTold, usageError } from '../failure.ts';
import { verificationLines } from '../format/verification.ts';
import { withCheckProgress } from '../progress/check.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('[machine]', 'name, id or bundle')
    .option('--all', 'every suspended machine, one after the other')
    .option('--background', 'only have digests made, slowly, to compare with another time')
    .addHelpText(
      'after',
      '\nReads guest memory and disks whole. Ctrl-C ends it; so does resuming the machine.',
    )
    .action(async (typed, { all = false, background = false }) => {
      if ((typed === undefined) !== all) throw usageError('Name a machine, or use --all.');
      const client = await context.client();
      const names =
        typed !== undefined
          ? [machineRef(context, typed)]
          : (await client.request('state.get', {})).machines
              .filter(({ status }) => status === 'suspended')
              .map(({ path }) => path);
      const reports: VerifyReport[] = [];
      for (const machine of names) {
        const work = client.request('machine.verify', { machine, background });
        reports.push(await withCheckProgress(context, client, machine, work));
      }
      context.print(all ? reports : reports[0], () => reports.flatMap(verificationLines));
      const damaged = reports.filter(({ verification }) => verification?.verdict === 'damaged');
      if (damaged.length === 0) return;
      // The JSON has said it.
      if (context.json) throw new AlreadyTold(exitCodeOf('STATE_DAMAGED'));
      throw isDamaged(damaged.map(({ name }) => name));
    });
}

function isDamaged(names: readonly string[]): TorporError {
  return new TorporError(
    'STATE_DAMAGED',
    `What ${names.map((name) => `“${name}”`).join(', ')} would go on from is not what was saved.`,
    {
      hint: 'Restore the files that are named from a backup, or start cold: the state is then set aside. Nothing was changed.',
    },
  );
}
