import { basename } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { bundleSuffix } from '../../core/library/layout.ts';
import { listLibrary } from '../../core/library/library.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';

/**
 * The names of the machines, one a line, for shell completions. It is given the words of the command
 * line that is being completed, and heeds their `--library`. It reads the library itself: completing
 * a name must not start an agent.
 */
export function define(command: Command, context: Context): void {
  command.argument('[word...]').action(async (words) => {
    const named = words.includes('--library') ? words[words.lastIndexOf('--library') + 1] : '';
    const entries = await listLibrary(named ? context.path(named) : context.library);
    for (const entry of entries) {
      const { bundle } = entry;
      const name =
        entry.kind === 'machine' ? entry.config.name : basename(bundle.path, bundleSuffix);
      context.terminal.stdout.write(`${printable(name)}\n`);
    }
  });
}
