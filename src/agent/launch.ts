import { type ChildProcess, spawn } from 'node:child_process';
import { constants, watch } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Client } from '../contract/json-rpc.ts';
import { fromProblem, TorporError } from '../core/errors.ts';
import { libraryLayout } from '../core/library/layout.ts';
import { connect } from './control/client.ts';
import { linesOf } from './control/lines.ts';
import { canonicalPath } from './paths.ts';
import type { Announcement } from './run.ts';
import { openRunDirectory, runBase } from './run-directory.ts';
import { connectIfRunning } from './running.ts';

export { connectIfRunning };

export interface LaunchRequest {
  readonly library: string;
  /** A program and its arguments that run `runAgent` for this library and announce on standard output. */
  readonly command: readonly [string, ...string[]];
  readonly runBase?: string;
}

/** Milliseconds that an agent which another process is starting gets until it listens. */
const patience = 20_000;

/**
 * The agent of the library; starts one in the background when none runs, and waits until it says
 * that it is ready. When another process was faster in starting one, that one is waited for.
 * Throws what kept the agent from starting, or AGENT_UNREACHABLE with what it said last.
 */
export async function connectOrLaunch(request: LaunchRequest): Promise<Client> {
  const running = await connectIfRunning(request.library);
  if (running !== undefined) return running;
  const announcement = await launch(request);
  if ('ready' in announcement) return connect(announcement.ready.socket);
  const error = fromProblem(announcement.error);
  if (error.code !== 'LIBRARY_IN_USE') throw error;
  return connectToOther(await canonicalPath(request.library), error);
}

/** Starts the agent as a process of a session of its own, which outlives this one and its terminal. */
async function launch(request: LaunchRequest): Promise<Announcement> {
  const [program, ...args] = request.command;
  const directory = await openRunDirectory(request.runBase ?? (await runBase()), request.library);
  // A file and not a pipe: nobody reads a pipe once this process has ended.
  const errors = join(directory, 'agent.stderr');
  const { O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW } = constants;
  const stderr = await open(errors, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    const child = spawn(program, args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', stderr.fd],
    });
    const { stdout } = child;
    if (stdout === null) throw new TorporError('INTERNAL', 'A pipe that was asked for is missing.');
    const ended = endOf(child);
    const announcement = await announcementFrom(stdout);
    if (announcement === undefined) throw await didNotStart(await ended, errors);
    stdout.destroy();
    child.unref();
    return announcement;
  } finally {
    await stderr.close();
  }
}

/** Why a process that said nothing ended; never rejects. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
    });
  });
}

/** What the agent announced; undefined when its output ended, or is not an announcement. */
async function announcementFrom(stdout: Readable): Promise<Announcement | undefined> {
  for await (const line of linesOf(stdout.iterator({ destroyOnReturn: false }))) {
    if (line.kind !== 'text' || !line.text.startsWith('{')) continue;
    // The other end is this very program, of the same version.
    return JSON.parse(line.text) as Announcement;
  }
  return undefined;
}

async function didNotStart(why: string, errors: string): Promise<TorporError> {
  const said = (await readFile(errors, 'utf8')).trim().split('\n').slice(-20).join('\n');
  return new TorporError('AGENT_UNREACHABLE', `The agent did not start: ${why}.`, {
    hint: said === '' ? 'Run “torpor agent run” to see more.' : `It said:\n${said}`,
    details: { log: errors },
  });
}

/** Waits until the agent that another process is starting listens; throws `inUse` if it never does. */
async function connectToOther(library: string, inUse: TorporError): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const attempt = (): void => {
    connectIfRunning(library).then((client) => client && resolve(client), reject);
  };
  const watcher = watch(libraryLayout(library).hidden, attempt);
  watcher.on('error', reject);
  const timer = setTimeout(() => reject(inUse), patience);
  attempt();
  try {
    return await promise;
  } finally {
    watcher.close();
    clearTimeout(timer);
  }
}
