import { type DownloadEvent, progressText } from '../../agent/preflight.ts';
import type { Context } from '../context.ts';
import { printable } from '../format/printable.ts';

/** A line on standard error that moves on a terminal; elsewhere only what happens is told. */
export interface DownloadLine {
  show(event: DownloadEvent): void;
  stop(): void;
}

export function downloadLine({ terminal, json, quiet }: Context): DownloadLine {
  const output = terminal.stderr;
  const moves = output.isTTY === true && !json && !quiet;
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) output.write(`\r${' '.repeat(drawn)}\r`);
    drawn = 0;
  };
  return {
    show: (event) => {
      const text = printable(progressText(event));
      if (event.kind !== 'progress') {
        clear();
        if (!json && !quiet) output.write(`${text}\n`);
      } else if (moves) {
        clear();
        const line = text.slice(0, (output.columns ?? 80) - 1);
        output.write(line);
        drawn = line.length;
      }
    },
    stop: clear,
  };
}
