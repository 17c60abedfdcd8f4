import type { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { printReports } from '../each.ts';
import { AlreadyTold, problemText } from '../failure.ts';
import { printable, printableJson } from '../format/printable.ts';
import { formatAgo } from '../format/time.ts';
import { withProgress } from '../progress/show.ts';

export function define(command: Command, context: Context): void {
  command
    .command('run')
    .description('run it here, until Ctrl-C, which suspends everything first')
    .addHelpText('after', '\nWith --json it says on one line where it listens, or why it does not.')
    .action(() => run(context));
  command
    .command('stop')
    .description('end it, after it has done with each machine as its policy says')
    .action(() => stop(context));
  command
    .command('status')
    .description('say whether one runs; never starts one')
    .action(() => status(context));
}

async function run(context: Context): Promise<void> {
  const { stdout, stderr, agent } = context.terminal;
  const code = await agent.run(context.library, {
    announce(announcement) {
      if (context.json) stdout.write(`${printableJson(announcement)}\n`);
      else if ('ready' in announcement) {
        const { library, socket } = announcement.ready;
        stderr.write(`The agent for ${printable(library)} listens at ${socket}. Ctrl-C ends it.\n`);
      } else stderr.write(problemText(announcement.error));
    },
    tell(sentence) {
      if (!context.quiet) stderr.write(`${printable(sentence)}\n`);
    },
  });
  if (code !== exitCodes.done) throw new AlreadyTold(code);
}

async function stop(context: Context): Promise<void> {
  const client = await context.runningClient();
  if (client === undefined) {
    context.print([], () => [notRunning]);
    return;
  }
  const reports = await withProgress(
    context,
    client,
    { label: 'Ending the agent', machines: 'all' },
    client.request('agent.stop', { reason: 'quit' }),
  );
  printReports(context, reports);
  if (!context.json) context.print(undefined, () => ['The agent has ended.']);
}

async function status(context: Context): Promise<void> {
  const client = await context.runningClient();
  if (client === undefined) {
    context.print({ running: false, library: context.library }, () => [notRunning]);
    return;
  }
  const { agent, library, machines } = await client.request('state.get', {});
  const running = machines.filter((machine) => machine.status === 'running').length;
  context.print(
    { running: true, library: library.path, ...agent, machines: machines.length },
    () => [
      `The agent is ${agent.phase}: process ${agent.pid}, version ${agent.version}, started ${formatAgo(Date.parse(agent.startedAt), context.terminal.now())}.`,
      `Library: ${library.path}`,
      `Machines: ${machines.length}, running: ${running}`,
    ],
  );
}

const notRunning = 'No agent runs for this library.';
