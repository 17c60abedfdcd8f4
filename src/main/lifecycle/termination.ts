import type { Quit } from './quit.ts';

/** What a session that ends, or a person with `kill`, sends to a program that is to end. */
export interface Terminable {
  on(signal: 'SIGTERM', listener: () => void): unknown;
}

/** systemd kills what has not ended 90 seconds after the signal (DefaultTimeoutStopSec). */
const patience = 80_000;

/**
 * SIGTERM quits as the end of the session does: there is nobody to ask any more, and what cannot be saved
 * before the program is killed does not keep the rest from being let go in order. A second one changes
 * nothing.
 */
export function heedTermination(
  program: Terminable,
  quit: Pick<Quit, 'begin'>,
  now: () => number,
): void {
  let deadline: number | undefined;
  program.on('SIGTERM', () => {
    deadline ??= now() + patience;
    quit.begin('sessionEnd', deadline);
  });
}
