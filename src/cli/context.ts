import { resolve } from 'node:path';
import type { Client } from '../contract/json-rpc.ts';
import { printableJson, printableLine } from './format/printable.ts';
import type { Terminal } from './terminal.ts';

/** The options that every verb has. */
export interface Globals {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Absolute. */
  readonly library: string;
}

/** What a verb works with. */
export interface Context extends Globals {
  readonly terminal: Terminal;
  /** The agent of the library, started when none runs; the same one at each call. */
  client(): Promise<Client>;
  /** The agent of the library, or undefined when none runs. */
  runningClient(): Promise<Client | undefined>;
  /** An absolute path for one that was typed. */
  path(typed: string): string;
  /** Prints `value` with --json, else the lines, unless --quiet. */
  print(value: unknown, lines: () => readonly string[]): void;
  /** Lets go of the agent. */
  close(): void;
}

export function createContext(terminal: Terminal, globals: Globals): Context {
  let connection: Promise<Client> | undefined;
  const clients: Client[] = [];
  const kept = (client: Client): Client => {
    clients.push(client);
    return client;
  };

  return {
    ...globals,
    terminal,

    client() {
      connection ??= terminal.agent.connectOrLaunch(globals.library).then(kept);
      return connection;
    },

    async runningClient() {
      const client = await terminal.agent.connectIfRunning(globals.library);
      return client && kept(client);
    },

    path: (typed) => resolve(terminal.cwd, typed),

    print(value, lines) {
      if (globals.json) terminal.stdout.write(`${printableJson(value, 2)}\n`);
      else if (!globals.quiet) {
        for (const line of lines()) terminal.stdout.write(`${printableLine(line)}\n`);
      }
    },

    close() {
      for (const client of clients) client.close();
    },
  };
}
