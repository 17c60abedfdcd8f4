import type { Command } from '@commander-js/extra-typings';
import { catalogueText, listImages } from '../../agent/preflight.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';
import { imageArgument } from '../options/image.ts';

export function define(command: Command, context: Context): void {
  command
    .option('--catalog <file>', 'a catalogue of your own, a file or an address (default: Apple’s)')
    .option('--host-root <dir>', 'a folder that describes another Mac, instead of this computer')
    .action(async ({ catalog, hostRoot }) => {
      const from = catalog === undefined ? undefined : imageArgument(catalog, context);
      const rows = await listImages(from, {
        libraryPath: context.library,
        ...(hostRoot === undefined ? {} : { hostRoot: context.path(hostRoot) }),
      });
      context.print(rows, () => [
        printable(catalogueText(rows, context.terminal.stdout.columns)).trimEnd(),
      ]);
    });
}
