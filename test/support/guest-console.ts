import type { Session } from '../../src/core/driver.ts';

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

export function readConsole(session: Session): GuestConsole {
  if (!session.console.available) throw new Error(session.console.reason.message);
  const port = session.console.use;
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let ended = false;
  port.onData((bytes) => {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split(/\r?\n/);
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const wake of waiting) wake();
  });
  session.on('ended', () => {
    ended = true;
    for (const wake of waiting) wake();
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
