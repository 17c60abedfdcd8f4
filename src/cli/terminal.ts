import type { Readable, Writable } from 'node:stream';
import type { RunOptions } from '../agent/run.ts';
import type { AgentSettings } from '../agent/settings.ts';
import type { Client } from '../contract/json-rpc.ts';
import type { ExitCode } from '../core/errors.ts';

export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything that a verb touches outside itself; a test hands in its own. */
export interface Terminal {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `listener` for each Ctrl-C, which then does nothing else, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  readonly agent: AgentAccess;
}

/** The ways to an agent. They are loaded only when a verb needs one. */
export interface AgentAccess {
  /** The library that is used when none is named. */
  defaultLibrary(): string;
  /** The agent of `library`, started when none runs. Throws as connectOrLaunch does. */
  connectOrLaunch(library: string): Promise<Client>;
  /** The agent of `library` if it runs; undefined when none does. */
  connectIfRunning(library: string): Promise<Client | undefined>;
  /** Runs the agent in this process until it has ended; see runAgent. */
  run(library: string, voice: AgentVoice, wishes: AgentWishes): Promise<ExitCode>;
  /** Where the sockets of the agent of `library` are; null when none runs. */
  runDirectory(library: string): Promise<string | null>;
}

/** What holds for all machines: a file of settings, the app's own unless named, and what goes before it. */
export interface AgentWishes {
  readonly file?: string | undefined;
  readonly settings: Partial<AgentSettings>;
}

/** How an agent that runs in this process is heard. */
export type AgentVoice = Pick<RunOptions, 'announce' | 'tell'>;
