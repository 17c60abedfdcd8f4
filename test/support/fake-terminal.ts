import { Duplex, PassThrough } from 'node:stream';
import type { AgentAccess, Terminal } from '../../src/cli/terminal.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import { exitCodes } from '../../src/core/errors.ts';

/** Standard input that a test types into. */
class FakeInput extends PassThrough {
  isTTY = false;
  /** Every time that raw mode was set. */
  readonly rawModes: boolean[] = [];

  setRawMode(raw: boolean): void {
    this.rawModes.push(raw);
  }
}

/** An output that remembers. */
class FakeOutput extends Duplex {
  isTTY = false;
  columns = 100;
  text = '';
  #waiting: { readonly wanted: string; readonly found: () => void }[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    this.#waiting = this.#waiting.filter(({ wanted, found }) => {
      if (!this.text.includes(wanted)) return true;
      found();
      return false;
    });
    done();
  }

  /** Resolves as soon as `wanted` was written. */
  shows(wanted: string): Promise<void> {
    if (this.text.includes(wanted)) return Promise.resolve();
    return new Promise((found) => this.#waiting.push({ wanted, found }));
  }
}

export interface FakeTerminal extends Terminal {
  readonly stdin: FakeInput;
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  /** As Ctrl-C does; false when nobody listens, and the command would end. */
  interrupt(): boolean;
  /** Standard output, parsed. */
  json(): unknown;
}

export interface FakeTerminalOptions {
  /** The agent that runs; none when absent. */
  readonly client?: Client;
  readonly agent?: Partial<AgentAccess>;
  readonly env?: Terminal['env'];
  readonly now?: number;
}

export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const { client, env = {}, now = Date.UTC(2026, 0, 2, 12) } = options;
  const listeners = new Set<() => void>();
  const stdout = new FakeOutput();
  return {
    stdin: new FakeInput(),
    stdout,
    stderr: new FakeOutput(),
    env,
    cwd: '/work',
    now: () => now,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    interrupt() {
      for (const listener of listeners) listener();
      return listeners.size > 0;
    },
    json: () => JSON.parse(stdout.text),
    agent: {
      defaultLibrary: () => '/library',
      async connectOrLaunch() {
        if (client === undefined) throw new Error('this test has no agent');
        return client;
      },
      async connectIfRunning() {
        return client;
      },
      async run() {
        return exitCodes.done;
      },
      async runDirectory() {
        return '/run/torpor/abcdefgh';
      },
      ...options.agent,
    },
  };
}
