import type { Command } from '@commander-js/extra-typings';
import {
  checkImage,
  preflightExitCode,
  reportText,
  updateKnownProblems,
} from '../../agent/preflight.ts';
import { exitCodes } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { AlreadyTold } from '../failure.ts';
import { printable } from '../format/printable.ts';
import { imageArgument } from '../options/image.ts';
import { parseMemory, wholeNumber } from '../options/size.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a restore image: its file, its address, or a build number')
    .option('--host-root <dir>', 'a folder that describes another Mac, instead of this computer')
    .option('--signing', 'also ask whether Apple’s signing server can be reached')
    .option('--strict', 'let warnings count as a failure')
    .option('--disk <size>', 'the disk the machine would get, like 64G', parseMemory)
    .option('--memory <size>', 'the memory the machine would get, like 8G', parseMemory)
    .option('--cpus <count>', 'the CPUs the machine would get', wholeNumber(1))
    .addHelpText(
      'after',
      '\nExits with 0 for a yes, 10 for a no, 11 when it cannot tell, 12 for warnings with --strict.',
    )
    .action(async (file, options) => {
      const { hostRoot, signing = false, strict = false, disk, memory, cpus } = options;
      const report = await checkImage(imageArgument(file, context), {
        libraryPath: context.library,
        askSigningServer: signing,
        ...(hostRoot === undefined ? {} : { hostRoot: context.path(hostRoot) }),
        plan: {
          ...(disk === undefined ? {} : { diskBytes: disk * 2 ** 20 }),
          ...(memory === undefined ? {} : { memoryMiB: memory, savedStateBytes: memory * 2 ** 20 }),
          ...(cpus === undefined ? {} : { cpus }),
        },
      });
      const columns = context.terminal.stdout.columns;
      context.print(report, () => [printable(reportText(report, columns)).trimEnd()]);
      const code = preflightExitCode(report.verdict.answer, strict);
      if (code !== exitCodes.done) throw new AlreadyTold(code);
    });

  command
    .command('update')
    .description('take a newer table of known problems')
    .requiredOption('--from <file>', 'a signed table, a file or an address')
    .action(async ({ from }) => {
      const update = await updateKnownProblems(imageArgument(from, context));
      context.print(update, () => [
        update.taken
          ? `The table of ${update.issued} is in use, with ${update.rows} known problems.`
          : `The table of ${update.issued} was in use already.`,
      ]);
    });
}
