import { MultiBar, type SingleBar } from 'cli-progress';
import type { AppState } from '../../contract/app-state.ts';
import { printable } from '../format/printable.ts';
import type { TerminalOutput } from '../terminal.ts';
import { compactionLine, creationLine, elapsedLine, progressLine, type Work } from './line.ts';
import { createRate, type Rate } from './rate.ts';

/** What is in flight. */
export type InFlight = Pick<AppState, 'machines' | 'creations'>;

/** Lines on a terminal that move. */
export interface Bars {
  /**
   * A line for each machine that has an operation in flight, and for each that is being made; when
   * there is none, one line that tells how long `label` takes. Times in milliseconds since 1970.
   */
  draw(inFlight: InFlight, work: Work): void;
  /** Removes the lines. */
  stop(): void;
}

export function createBars(output: TerminalOutput): Bars {
  const lines = new Map<string, SingleBar>();
  const rates = new Map<string, Rate>();
  const bars = new MultiBar({
    stream: output,
    clearOnComplete: true,
    hideCursor: true,
    // Otherwise it ends the process by itself at Ctrl-C.
    gracefulExit: false,
    format: (_options, _params, payload: { text?: string }) =>
      cut(printable(payload.text ?? ''), output.columns ?? 80),
  });

  function textsFor({ machines, creations }: InFlight, work: Work): Map<string, string> {
    const texts = new Map(
      creations.map((creation) => [creation.id, creationLine(creation, work.now)] as const),
    );
    for (const { id, name, progress, compaction } of machines) {
      if (compaction !== undefined) texts.set(id, compactionLine(name, compaction));
      if (progress === null) continue;
      const rate = rates.get(id) ?? createRate();
      rates.set(id, rate);
      const bytesPerSecond = rate.note(progress, work.now);
      texts.set(id, progressLine({ name, progress, bytesPerSecond, now: work.now }));
    }
    if (texts.size === 0) texts.set('', elapsedLine(work));
    return texts;
  }

  return {
    draw(inFlight, work) {
      const texts = textsFor(inFlight, work);
      for (const [key, bar] of lines) {
        if (texts.has(key)) continue;
        bars.remove(bar);
        lines.delete(key);
      }
      for (const [key, text] of texts) {
        const bar = lines.get(key);
        if (bar === undefined) lines.set(key, bars.create(1, 0, { text }));
        else bar.update(0, { text });
      }
    },
    stop: () => bars.stop(),
  };
}

/** A line that wraps would be drawn again and again, one below the other. */
function cut(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}
