import type { Command } from '@commander-js/extra-typings';
import type { AppState } from '../../contract/app-state.ts';
import type { Context } from '../context.ts';
import { problemJson } from '../failure.ts';
import { changeLines, noticeLines, stateLines } from '../format/changes.ts';
import { machineJson } from '../format/machine.ts';
import { printableJson, printableLine } from '../format/printable.ts';

export function define(command: Command, context: Context): void {
  command
    .addHelpText(
      'after',
      '\nGoes on until Ctrl-C or until the agent ends. With --json: one object a line.',
    )
    .action(async () => {
      const { terminal } = context;
      const client = await context.client();
      const say = (json: object, lines: readonly string[]): void => {
        const text = context.json ? [printableJson(json)] : lines.map(printableLine);
        for (const line of text) terminal.stdout.write(`${line}\n`);
      };
      let before: AppState | undefined;
      const onState = (state: AppState): void => {
        // The first state that was asked for may be older than one that was told meanwhile.
        if (before !== undefined && state.revision <= before.revision) return;
        say(
          { event: 'state', agent: state.agent, machines: state.machines.map(machineJson) },
          before === undefined ? stateLines(state) : changeLines(before, state, terminal.now()),
        );
        before = state;
      };
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      const removeInterrupt = terminal.onInterrupt(end);
      client.on('state', onState);
      client.on('notice', ({ machine, problem }) =>
        say(
          { event: 'notice', machine, problem: problemJson(problem) },
          noticeLines(machine, problem, terminal.now()),
        ),
      );
      try {
        await client.request('events.subscribe', { kinds: ['state', 'notice'] });
        onState(await client.request('state.get', {}));
        await Promise.race([ended, client.closed]);
      } finally {
        removeInterrupt();
      }
    });
}
