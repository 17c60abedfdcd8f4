import { createConnection } from 'node:net';

/** A line to the test guest, whatever carries it: a session's console, or the socket that the agent serves. */
export interface GuestPort {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called when nothing more will come. */
  onEnd(listener: () => void): void;
}

/** The test guest's serial console, line by line; guest/init says what it speaks. */
export interface GuestConsole {
  /** The first line that matches, among those that came since the last call and those to come. */
  next(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a command and returns the answer's line. */
  ask(command: string, answer: RegExp): Promise<RegExpExecArray>;
  /** The counter and the nonce that the guest says now, from a tick that begins after this call. */
  tick(): Promise<{ readonly count: number; readonly nonce: string }>;
  /** Runs a shell command in the guest; rejects unless it exits with 0. */
  sh(command: string): Promise<string[]>;
}

/** Reads the guest on `port`. What waits rejects when the port ends. */
export function guestConsole(port: GuestPort): GuestConsole {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let ended = false;
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };
  port.onData((bytes) => {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split(/\r?\n/);
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wakeAll();
  });
  port.onEnd(() => {
    ended = true;
    wakeAll();
  });

  async function next(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
        const match = pattern.exec(line);
        if (match !== null) return match;
      }
      if (ended) throw new Error(`the guest ended before it said ${pattern}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  }

  function ask(command: string, answer: RegExp): Promise<RegExpExecArray> {
    port.write(Buffer.from(`${command}\n`));
    return next(answer);
  }

  return {
    next,
    ask,
    async tick() {
      lines.length = 0;
      // The line that was being written may have begun before this call.
      await next(/TICK \d+ \w+$/);
      const [, count, nonce] = await next(/^TICK (\d+) (\w{32})$/);
      return { count: Number(count), nonce: String(nonce) };
    },
    async sh(command) {
      const output: string[] = [];
      port.write(Buffer.from(`sh ${command}\n`));
      for (;;) {
        const [line, text, status] = await next(/^(?:O (.*)|DONE (\d+))$/);
        if (line.startsWith('O ')) output.push(String(text));
        else if (status === '0') return output;
        else throw new Error(`“${command}” exited with ${status}: ${output.join('; ')}`);
      }
    },
  };
}

/** The test guest whose serial port or console is served on the unix socket at `path`. */
export function guestConsoleAt(path: string): GuestConsole {
  const socket = createConnection(path);
  socket.on('error', () => socket.destroy());
  return guestConsole({
    write: (bytes) => void socket.write(bytes),
    onData: (listener) => void socket.on('data', listener),
    onEnd: (listener) => void socket.on('close', listener),
  });
}
