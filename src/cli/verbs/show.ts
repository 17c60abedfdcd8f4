import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { machineRef } from '../each.ts';
import { problemJson } from '../failure.ts';

export function define(command: Command, context: Context): void {
  command.argument('<machine>', 'name, id or bundle').action(async (typed) => {
    const [detail, { detailLines }] = await Promise.all([
      context
        .client()
        .then((client) => client.request('machine.show', { machine: machineRef(context, typed) })),
      import('../format/detail.ts'),
    ]);
    const json = {
      ...detail,
      problem: detail.problem && problemJson(detail.problem),
      lastUsed: detail.lastUsed === 0 ? null : new Date(detail.lastUsed).toISOString(),
    };
    context.print(json, () => detailLines(detail, context));
  });
}
