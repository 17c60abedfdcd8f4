import type { Command } from '@commander-js/extra-typings';
import { explainError, explanationText } from '../../agent/preflight.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';
import { imageArgument } from '../options/image.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<error...>', 'a number like 10006, or the text of the alert or the log')
    .option('--image <file>', 'the image that was being installed')
    .option('--host-root <dir>', 'a folder that describes another Mac, instead of this computer')
    .option('--signing', 'also ask whether Apple’s signing server can be reached')
    .action(async (words, { image, hostRoot, signing = false }) => {
      const named = image === undefined ? undefined : imageArgument(image, context);
      const explained = await explainError(words.join(' '), named, {
        libraryPath: context.library,
        askSigningServer: signing,
        ...(hostRoot === undefined ? {} : { hostRoot: context.path(hostRoot) }),
      });
      const { imageProblem } = explained;
      context.print(explained, () => [
        printable(explanationText(explained, context.terminal.stdout.columns)).trimEnd(),
        ...(imageProblem === undefined
          ? []
          : ['', printable(`The image was not considered: ${imageProblem.message}`)]),
      ]);
    });
}
