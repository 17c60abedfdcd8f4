import { basename } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import {
  checkImage,
  imageInCatalogue,
  preflightExitCode,
  reportText,
  startDownload,
} from '../../agent/preflight.ts';
import type { Context } from '../context.ts';
import { AlreadyTold, usageError } from '../failure.ts';
import { printable } from '../format/printable.ts';
import { imageArgument } from '../options/image.ts';
import { parseMemory } from '../options/size.ts';
import { downloadLine } from '../progress/download-line.ts';
import { pauseOnKey } from '../progress/pause-key.ts';

export function define(command: Command, context: Context): void {
  command
    .argument(
      '<image>',
      'the address of a restore image, or the build number of one in a catalogue',
    )
    .option('--to <file>', 'where to put it (default: its own name, in the current folder)')
    .option('--catalog <file>', 'a catalogue of your own (default: Apple’s)')
    .option('--sha256 <digest>', 'what the file must be')
    .option('--limit <size>', 'bytes per second at most, like 5M', parseMemory)
    .option('--host-root <dir>', 'a folder that describes another Mac, instead of this computer')
    .option('--anyway', 'download it also when this computer cannot install it')
    .action(async (image, options) => {
      const { to, sha256, limit, catalog, hostRoot, anyway = false } = options;
      if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
        throw usageError('A SHA-256 has 64 hexadecimal digits.');
      }
      const isAddress = /^https?:\/\//i.test(image);
      const row = isAddress
        ? undefined
        : await imageInCatalogue(
            image,
            catalog === undefined ? undefined : imageArgument(catalog, context),
          );
      const url = isAddress ? image : row?.url;
      if (url === undefined) {
        throw usageError(
          'The catalogue has no image with that build.',
          'See “torpor images”, or give its address.',
        );
      }
      const report = await checkImage(url, {
        libraryPath: context.library,
        ...(hostRoot === undefined ? {} : { hostRoot: context.path(hostRoot) }),
      });
      const { answer } = report.verdict;
      if (!anyway && answer !== 'yes' && answer !== 'yes-with-warnings') {
        const columns = context.terminal.stdout.columns;
        const why = 'Nothing was downloaded. With --anyway it is downloaded all the same.';
        context.print({ report, downloaded: null }, () => [
          printable(reportText(report, columns)),
          why,
        ]);
        throw new AlreadyTold(preflightExitCode(answer, false));
      }
      const target = context.path(to ?? (basename(new URL(url).pathname) || 'image.ipsw'));
      const line = downloadLine(context);
      const download = startDownload(
        {
          url,
          target,
          size: row?.size ?? report.image.size,
          sha1: row?.sha1,
          sha256: sha256 ?? row?.sha256,
          limit: limit === undefined ? undefined : limit * 2 ** 20,
        },
        { onEvent: line.show },
      );
      const forget = context.terminal.onInterrupt(() => download.cancel());
      const releaseKeys = pauseOnKey(context.terminal, download, () => download.cancel());
      try {
        const bytes = await download.done;
        line.stop();
        context.print({ downloaded: target, bytes, report }, () => [
          printable(`${target} is complete.`),
        ]);
      } finally {
        line.stop();
        releaseKeys();
        forget();
      }
    });
}
