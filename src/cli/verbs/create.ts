import { type Command, Option } from '@commander-js/extra-typings';
import type { CreateRequest } from '../../contract/requests.ts';
import type { Context } from '../context.ts';
import { machineJson } from '../format/machine.ts';
import { bootOf } from '../options/boot.ts';
import * as choices from '../options/choices.ts';
import { type DiskOption, macosDisk, newDisk } from '../options/disk.ts';
import { parseMemory, wholeNumber } from '../options/size.ts';
import { withProgress } from '../progress/show.ts';

export function define(command: Command, context: Context): void {
  // Both options fill one list, since disks keep the order of the command line.
  const disks: DiskOption[] = [];
  const collect = (kind: DiskOption['kind']) => (text: string) => {
    disks.push({ kind, text });
    return disks;
  };
  command
    .argument('<name>', 'what to call it')
    .option('--memory <size>', 'like 512M or 2G; a plain number is MiB', parseMemory)
    .option('--cpus <count>', 'virtual CPUs', wholeNumber(1))
    .option(
      '--disk <file>',
      'an empty disk by its size, like 20G, or an image to copy',
      collect('disk'),
    )
    .option('--disk-in-place <file>', 'an image that stays where it is', collect('inPlace'))
    .option('--iso <file>', 'an installation medium')
    .addOption(new Option('--kernel <file>', 'boot this kernel directly').conflicts('uefi'))
    .addOption(
      new Option(
        '--restore-image <file>',
        'install macOS from this image, after preflight',
      ).conflicts(['uefi', 'kernel', 'iso', 'initrd', 'append']),
    )
    .option('--despite-unknown', 'with --restore-image, also when preflight cannot tell')
    .option('--initrd <file>', 'with --kernel')
    .option('--append <line>', 'the kernel’s command line, with --kernel')
    .option('--uefi', 'boot with UEFI firmware; ARM machines always do')
    .addOption(
      new Option('--display <kind>', 'the display (default: none; a window for macOS)').choices(
        choices.displays,
      ),
    )
    .option('--no-network', 'without a network')
    .addOption(new Option('--driver <name>', 'the hypervisor').choices(choices.drivers))
    .addOption(new Option('--mode <mode>', choices.help.mode).choices(choices.modes))
    .addOption(new Option('--on-quit <policy>', choices.help.onQuit).choices(choices.onQuit))
    .addOption(new Option('--on-launch <policy>', choices.help.onLaunch).choices(choices.onLaunch))
    .addOption(
      new Option('--encrypt-states <choice>', choices.help.encryptStates).choices(choices.onOff),
    )
    .addOption(new Option('--arch <name>', 'the guest’s CPU').choices(choices.architectures))
    .addHelpText('after', '\n--disk and --disk-in-place may be given several times.')
    .action(async (name, options) => {
      const { memory, cpus, driver, arch, iso, network, mode, onQuit, onLaunch } = options;
      const isMacos = options.restoreImage !== undefined;
      const request: CreateRequest = {
        name,
        ...(memory === undefined ? {} : { memoryMiB: memory }),
        ...(cpus === undefined ? {} : { cpus }),
        ...(driver && { driver }),
        ...(arch && { architecture: arch }),
        ...(iso && { iso: context.path(iso) }),
        boot: bootOf(options, context.path),
        disks: isMacos
          ? [macosDisk(disks)]
          : await Promise.all(disks.map((disk) => newDisk(disk, context.path))),
        network,
        display: options.display ?? (isMacos ? 'window' : 'none'),
        policy: {
          ...(mode && { stateMode: mode }),
          ...(onQuit && { onQuit }),
          ...(onLaunch && { onLaunch }),
          ...(options.encryptStates && { encryptStates: options.encryptStates === 'on' }),
        },
      };
      const client = await context.client();
      const machine = await withProgress(
        context,
        client,
        { label: `Making “${name}”`, machines: [name] },
        client.request('machine.create', request),
      );
      context.print(machineJson(machine), () => [`“${machine.name}” is made.`]);
    });
}
