import type { Report } from '../contract/requests.ts';
import type { ExitCode, Problem } from '../core/errors.ts';
import { exitCodeOf, exitCodes, toProblem } from '../core/errors.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import { type Agent, type AgentOptions, startAgent } from './agent.ts';
import { type FoundSettings, tellSettings } from './settings.ts';

/** The one line that a headless agent says on standard output: to whoever started it. */
export type Announcement =
  | { readonly ready: { readonly pid: number; readonly socket: string; readonly library: string } }
  | { readonly error: Problem };

export interface RunOptions extends AgentOptions {
  /** What was set for all machines; its concurrency goes before that of the options. */
  readonly found?: FoundSettings;
  /** How long saving everything may take at the end; 0 for as long as it takes. */
  readonly deadlineSeconds: number;
  readonly announce: (announcement: Announcement) => void;
  /** Tells a person who waits what goes on at the end, a sentence at a time. */
  readonly tell: (sentence: string) => void;
}

/** The end of a session of the desktop and of the computer come as SIGTERM, a closed terminal as SIGHUP. */
const reasonOf = { SIGTERM: 'shutdown', SIGINT: 'quit', SIGHUP: 'quit' } as const satisfies Record<
  string,
  SaveReason
>;

type EndSignal = keyof typeof reasonOf;

/**
 * Runs an agent until a signal or a client ends it, and returns what the process should exit with: 0
 * when every machine was left as its policy says. Machines that could not be saved run on as
 * processes of their own, and the exit code is 1; where they would die with this one it does not end.
 * A second signal ends nothing: states that are being written are finished.
 */
export async function runAgent(options: RunOptions): Promise<ExitCode> {
  const { announce, tell, found } = options;
  const concurrency = found?.settings.concurrency ?? null;
  let agent: Agent;
  try {
    agent = await startAgent(concurrency === null ? options : { ...options, concurrency });
  } catch (error) {
    const problem = toProblem(error);
    announce({ error: problem });
    return exitCodeOf(problem.code);
  }
  const stopListening = endOnSignals(agent, options);
  const logCrash = (error: unknown): void => agent.log.fatal({ error }, 'crashed');
  process.on('uncaughtExceptionMonitor', logCrash);
  if (found !== undefined) await heed(found, agent, tell);
  announce({
    ready: { pid: process.pid, socket: agent.socket, library: agent.state().library.path },
  });
  try {
    const reports = await agent.ended;
    for (const report of reports) tell(sentenceFor(report));
    return reports.some(({ problem }) => problem !== undefined) ? exitCodes.failed : exitCodes.done;
  } finally {
    stopListening();
    process.off('uncaughtExceptionMonitor', logCrash);
  }
}

/** Settings that cannot be used, or heeded, keep no agent from running. */
async function heed(
  { settings, problem }: FoundSettings,
  { handle, log }: Agent,
  tell: RunOptions['tell'],
): Promise<void> {
  const say = ({ message, hint }: Problem): void => {
    log.warn({ hint }, message);
    tell(hint === undefined ? message : `${message} ${hint}`);
  };
  if (problem !== null) say(problem);
  try {
    await tellSettings((name, params) => handle[name](params), settings);
  } catch (error) {
    say(toProblem(error));
  }
}

function endOnSignals(agent: Agent, { deadlineSeconds, tell }: RunOptions): () => void {
  let isEnding = false;
  const onSignal = (signal: EndSignal): void => {
    agent.log.info({ signal }, isEnding ? 'still saving' : 'ending');
    if (isEnding) {
      tell('States are still being written; this ends by itself when they are safe.');
      return;
    }
    isEnding = true;
    tell('Saving every machine…');
    const deadline = deadlineSeconds === 0 ? undefined : deadlineSeconds;
    agent.stop(reasonOf[signal], { deadlineSeconds: deadline }).catch((error: unknown) => {
      const { code, message, hint } = toProblem(error);
      agent.log.fatal({ error }, 'could not end in order');
      tell(hint === undefined ? message : `${message} ${hint}`);
      if (code === 'WOULD_LOSE_GUESTS') isEnding = false;
    });
  };
  const signals: readonly EndSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

function sentenceFor({ name, status, seconds, problem }: Report): string {
  if (problem === undefined) return `“${name}” is ${status} (${seconds.toFixed(1)} s).`;
  const hint = problem.hint === undefined ? '' : ` ${problem.hint}`;
  return `${problem.message}${hint} It runs on by itself.`;
}
