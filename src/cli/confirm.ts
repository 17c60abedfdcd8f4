import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.ts';

/** Asks `question` on standard error, so that standard output stays clean; only `y` and `yes` are a yes. */
export async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
    const answer = await Promise.race([reader.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
