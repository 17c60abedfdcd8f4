import { type Command, Option } from '@commander-js/extra-typings';
import type { Changes } from '../../contract/requests.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { usageError } from '../failure.ts';
import { machineJson } from '../format/machine.ts';
import * as choices from '../options/choices.ts';
import { parseMemory, wholeNumber } from '../options/size.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .option('--memory <size>', 'like 512M or 2G; a plain number is MiB', parseMemory)
    .option('--cpus <count>', 'virtual CPUs', wholeNumber(1))
    .option('--iso <file>', 'an installation medium')
    .option('--no-iso', 'take the installation medium out')
    .addOption(new Option('--display <kind>', 'the display').choices(choices.displays))
    .addOption(new Option('--mode <mode>', choices.help.mode).choices(choices.modes))
    .addOption(new Option('--on-quit <policy>', choices.help.onQuit).choices(choices.onQuit))
    .addOption(new Option('--on-launch <policy>', choices.help.onLaunch).choices(choices.onLaunch))
    .addOption(
      new Option('--encrypt-states <choice>', choices.help.encryptStates).choices(choices.onOff),
    )
    .option('--stop-deadline <seconds>', 'how long a stop may take', wholeNumber(1))
    .addHelpText('after', '\nWhat is not named stays as it is. The machine has to be off.')
    .action(async (typed, options) => {
      const { memory, cpus, iso, display, mode, onQuit, onLaunch, stopDeadline, encryptStates } =
        options;
      const policy: Changes['policy'] = {
        ...(mode && { stateMode: mode }),
        ...(onQuit && { onQuit }),
        ...(onLaunch && { onLaunch }),
        ...(encryptStates && { encryptStates: encryptStates === 'on' }),
        ...(stopDeadline === undefined ? {} : { stopDeadlineSeconds: stopDeadline }),
      };
      const changes: Changes = {
        ...(memory === undefined ? {} : { memoryMiB: memory }),
        ...(cpus === undefined ? {} : { cpus }),
        ...isoChange(iso, context),
        ...(display && { display }),
        ...(Object.keys(policy).length === 0 ? {} : { policy }),
      };
      if (Object.keys(changes).length === 0) {
        throw usageError('Nothing to change was named.', 'See “torpor help set”.');
      }
      const client = await context.client();
      const machine = await client.request('machine.set', {
        machine: machineRef(context, typed),
        changes,
      });
      context.print(machineJson(machine), () => [`“${machine.name}” is changed.`]);
    });
}

function isoChange(iso: string | false | undefined, context: Context): Pick<Changes, 'iso'> {
  if (iso === undefined) return {};
  return { iso: iso === false ? null : context.path(iso) };
}
