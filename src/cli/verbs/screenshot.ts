import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { usageError } from '../failure.ts';

export function define(command: Command, context: Context): void {
  command
    .argument('<machine>', 'name, id or bundle')
    .option('-o, --output <file>', 'where to put the PNG; - is standard output')
    .addHelpText('after', '\nWithout -o it goes into this folder, with the name and the time.')
    .action(async (typed, { output }) => {
      if (output === '-' && context.json) {
        throw usageError('Standard output takes the picture or JSON, not both.');
      }
      const client = await context.client();
      const machine = machineRef(context, typed);
      const { png } = await client.request('machine.screenshot', { machine });
      const bytes = Buffer.from(png, 'base64');
      if (output === '-') {
        context.terminal.stdout.write(bytes);
        return;
      }
      const file = context.path(output ?? pictureName(typed, context.terminal.now()));
      // A picture of its own name never replaces another file; one that was named does.
      await writeFile(file, bytes, { flag: output === undefined ? 'wx' : 'w' });
      context.print({ file, bytes: bytes.length }, () => [file]);
    });
}

/** `web 2026-11-24 13.05.09.png`; colons cannot stand in file names everywhere. */
function pictureName(typed: string, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
  return `${basename(typed, '.torpor')} ${stamp}.png`;
}
