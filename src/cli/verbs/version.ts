import type { Command } from '@commander-js/extra-typings';
import { torporVersion } from '../../agent/version.ts';
import type { Context } from '../context.ts';

export function define(command: Command, context: Context): void {
  command.action(() => {
    const { version, platform, arch } = process;
    context.print({ version: torporVersion, node: version, platform, architecture: arch }, () => [
      torporVersion,
    ]);
  });
}
