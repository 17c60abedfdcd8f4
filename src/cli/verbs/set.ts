import { type Command, Option } from '@commander-js/extra-typings';
import type { Changes, PolicyChanges } from '../../contract/requests.ts';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { usageError } from '../failure.ts';
import { machineJson } from '../format/machine.ts';
import * as apple from '../options/apple.ts';
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
    .option('--memory-target <size>', choices.help.memoryTarget, parseMemoryTarget)
    .addOption(new Option('--on-close <policy>', choices.help.onClose).choices(choices.onClose))
    .addOption(new Option('--resize <how>', choices.help.resize).choices(choices.resize))
    .addOption(new Option('--system-keys <choice>', choices.help.systemKeys).choices(choices.onOff))
    .addOption(new Option('--profile <name>', 'Apple: its devices').choices(choices.profiles))
    .addOption(new Option('--audio <ends>', 'Apple: sound').choices(choices.audio))
    .addOption(new Option('--clipboard <choice>', 'Apple: shared').choices(choices.onOff))
    .addOption(new Option('--rosetta <choice>', 'Apple: x86-64 in Linux').choices(choices.onOff))
    .option('--resolution <size>', 'Apple: like 1920x1080', apple.parseResolution)
    .option('--share <name=folder>', 'Apple: a shared folder; “,ro” to read', apple.parseShare)
    .option('--unshare <name>', 'Apple: no longer share', apple.repeated)
    .option('--network-disk <id=url>', 'Apple: an NBD address', apple.parseNetworkDisk)
    .option('--remove-network-disk <id>', 'Apple: take it out', apple.repeated)
    .addHelpText(
      'after',
      '\nWhat is not named stays as it is. The machine has to be off, but for its policies: what\nhappens at quit, launch and close, its window, and the memory target.',
    )
    .action(async (typed, options) => {
      const { memory, cpus, iso, display } = options;
      const policy = policyChanges(options);
      const client = await context.client();
      const machine = machineRef(context, typed);
      const config = apple.changesLists(options)
        ? (await client.request('machine.show', { machine })).config
        : null;
      const vz = apple.appleChanges(options, config, context.path);
      const changes: Changes = {
        ...(memory === undefined ? {} : { memoryMiB: memory }),
        ...(cpus === undefined ? {} : { cpus }),
        ...isoChange(iso, context),
        ...(display && { display }),
        ...(Object.keys(policy).length === 0 ? {} : { policy }),
        ...(Object.keys(vz).length === 0 ? {} : { vz }),
      };
      if (Object.keys(changes).length === 0) {
        throw usageError('Nothing to change was named.', 'See “torpor help set”.');
      }
      const changed = await client.request('machine.set', { machine, changes });
      context.print(machineJson(changed), () => [`“${changed.name}” is changed.`]);
    });
}

interface PolicyOptions {
  readonly mode?: PolicyChanges['stateMode'];
  readonly onQuit?: PolicyChanges['onQuit'];
  readonly onLaunch?: PolicyChanges['onLaunch'];
  readonly encryptStates?: 'on' | 'off' | undefined;
  readonly stopDeadline?: number | undefined;
  readonly memoryTarget?: number | 'all' | undefined;
  readonly onClose?: WindowChanges['onClose'];
  readonly resize?: WindowChanges['resize'];
  readonly systemKeys?: 'on' | 'off' | undefined;
}

type WindowChanges = NonNullable<PolicyChanges['window']>;

function policyChanges(options: PolicyOptions): PolicyChanges {
  const { mode, onQuit, onLaunch, stopDeadline, encryptStates } = options;
  const { memoryTarget, onClose, resize, systemKeys } = options;
  const window = {
    ...(onClose && { onClose }),
    ...(resize && { resize }),
    ...(systemKeys && { capturesSystemKeys: systemKeys === 'on' }),
  };
  return {
    ...(mode && { stateMode: mode }),
    ...(onQuit && { onQuit }),
    ...(onLaunch && { onLaunch }),
    ...(encryptStates && { encryptStates: encryptStates === 'on' }),
    ...(stopDeadline === undefined ? {} : { stopDeadlineSeconds: stopDeadline }),
    ...(memoryTarget === undefined
      ? {}
      : { memoryTargetMiB: memoryTarget === 'all' ? null : memoryTarget }),
    ...(Object.keys(window).length === 0 ? {} : { window }),
  };
}

/** Commander takes null for a value that was left out. */
function parseMemoryTarget(text: string): number | 'all' {
  return text === 'all' ? text : parseMemory(text);
}

function isoChange(iso: string | false | undefined, context: Context): Pick<Changes, 'iso'> {
  if (iso === undefined) return {};
  return { iso: iso === false ? null : context.path(iso) };
}
