/**
 * A delay lock of systemd-logind: shutdown and sleep wait for it, for as long as InhibitDelayMaxSec in
 * logind.conf(5) says. logind hands the lock out as a file descriptor, which Node cannot receive, so
 * systemd-inhibit(1) holds it for a program that ends when this process closes its input, or dies.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface DelayLock {
  /** Resolves when the lock is given up; at once when it never was held. */
  release(): Promise<void>;
}

export interface InhibitorOptions {
  readonly why: string;
  /** systemd-inhibit, or what stands for it in a test. */
  readonly program?: string;
  /** Told once when the lock cannot be had. */
  readonly onError: (error: Error) => void;
}

export function takeDelayLock({
  why,
  program = 'systemd-inhibit',
  onError,
}: InhibitorOptions): DelayLock {
  const args = ['--what=shutdown:sleep', '--mode=delay', '--who=Torpor', `--why=${why}`, 'cat'];
  // In a group of its own: a Ctrl-C in the terminal must not give up the lock while states are written.
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  let isReleased = false;
  const ended = endOf(child, (problem) => {
    if (!isReleased) onError(problem);
  });
  child.stdin.on('error', () => child.stdin.destroy());
  child.unref();
  return {
    async release() {
      isReleased = true;
      child.stdin.end();
      await ended;
    },
  };
}

function endOf(child: ChildProcess, onProblem: (problem: Error) => void): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      onProblem(error);
      resolve();
    });
    child.once('exit', (code) => {
      onProblem(new Error(`systemd-inhibit ended with code ${code}`));
      resolve();
    });
  });
}
