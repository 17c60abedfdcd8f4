import type { Command } from '@commander-js/extra-typings';
import { numberLimits } from '../../agent/settings.ts';
import { exitCodes } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { printReports } from '../each.ts';
import { AlreadyTold, problemText } from '../failure.ts';
import { printable, printableJson } from '../format/printable.ts';
import { formatAgo } from '../format/time.ts';
import { wholeNumber } from '../options/size.ts';
import { withProgress } from '../progress/show.ts';
import type { AgentVoice, AgentWishes } from '../terminal.ts';

export function define(command: Command, context: Context): void {
  command
    .command('run')
    .description('run it here, until Ctrl-C, which suspends everything first')
    .option('--idle <minutes>', 'suspend what nobody used for so long', between('idleMinutes'))
    .option(
      '--compact-after <days>',
      'make older saved states smaller',
      between('compactAfterDays'),
    )
    .option('--clean-after <days>', 'delete states set aside so long ago', between('setAsideDays'))
    .option('--digests', 'make digests after each suspension, for “torpor verify”')
    .option('--at-a-time <count>', 'machines suspended or restored at once', between('concurrency'))
    .option('--settings <file>', 'where the rest is set; the app’s settings unless named')
    .addHelpText('after', '\nWith --json it says on one line where it listens, or why it does not.')
    .action((options) => {
      const { settings, idle, compactAfter, cleanAfter, digests, atATime } = options;
      return run(context, {
        file: settings === undefined ? undefined : context.path(settings),
        settings: {
          ...(idle === undefined ? {} : { idleMinutes: idle }),
          ...(compactAfter === undefined ? {} : { compactAfterDays: compactAfter }),
          ...(cleanAfter === undefined ? {} : { setAsideDays: cleanAfter }),
          ...(digests && { makeDigests: true }),
          ...(atATime === undefined ? {} : { concurrency: atATime }),
        },
      });
    });
  command
    .command('stop')
    .description('end it, after it has done with each machine as its policy says')
    .action(() => stop(context));
  command
    .command('status')
    .description('say whether one runs; never starts one')
    .action(() => status(context));
}

function between(name: keyof typeof numberLimits): (text: string) => number {
  const { minimum, maximum } = numberLimits[name];
  return wholeNumber(minimum, maximum);
}

async function run(context: Context, wishes: AgentWishes): Promise<void> {
  const { stdout, stderr, agent } = context.terminal;
  const voice: AgentVoice = {
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
  };
  const code = await agent.run(context.library, voice, wishes);
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
