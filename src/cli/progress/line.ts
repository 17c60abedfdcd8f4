import type { CreationView, MachineView, OperationProgress } from '../../contract/app-state.ts';
import { formatBytes } from '../format/size.ts';
import { formatSeconds } from '../format/time.ts';

type Amount = NonNullable<MachineView['compaction']>;

const barCells = 20;

/** Something that takes time; times in milliseconds since 1970. */
export interface Work {
  readonly label: string;
  readonly startedAt: number;
  readonly now: number;
}

export interface ProgressView {
  readonly name: string;
  readonly progress: OperationProgress;
  /** Undefined while it is unknown. */
  readonly bytesPerSecond: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * One line that says how far an operation is: what is known of bytes, rate and time left, and
 * whether Ctrl-C ends it. Without bytes it tells only how long it has taken.
 */
export function progressLine({ name, progress, bytesPerSecond, now }: ProgressView): string {
  const { amount, cancellable, startedAt, status } = progress;
  const label = `${amount?.phase ?? status} “${name}”`;
  const parts =
    amount === null || amount.total === 0
      ? [elapsedLine({ label, startedAt, now })]
      : [label, ...amountParts(amount.done, amount.total, bytesPerSecond)];
  if (cancellable) parts.push('Ctrl-C cancels');
  return parts.join('  ');
}

/** One line for a saved state that is being compacted; `amount` in bytes. */
export function compactionLine(name: string, { done, total }: Amount): string {
  const label = `compacting “${name}”`;
  const parts = total === 0 ? [`${label} …`] : [label, ...amountParts(done, total, undefined)];
  return [...parts, 'Ctrl-C cancels'].join('  ');
}

/** One line for a machine that is being made; `now` in milliseconds since 1970. */
export function creationLine(creation: CreationView, now: number): string {
  const { name, step, stepStartedAt, fraction, cancellable } = creation;
  const label = `${step} “${name}”`;
  const parts =
    fraction === null
      ? [elapsedLine({ label, startedAt: stepStartedAt, now })]
      : [label, share(fraction), ...timeLeft(fraction, now - stepStartedAt)];
  if (cancellable) parts.push('Ctrl-C cancels');
  return parts.join('  ');
}

/** From how long the part took that is done, once that is enough to go by. */
function timeLeft(fraction: number, elapsedMs: number): string[] {
  if (fraction < 0.02 || elapsedMs < 2_000) return [];
  const seconds = Math.ceil(((elapsedMs / fraction) * (1 - fraction)) / 1000);
  return [`${formatSeconds(seconds)} left`];
}

/** How long something takes of which nothing else is known. */
export function elapsedLine({ label, startedAt, now }: Work): string {
  return `${label} … ${formatSeconds(Math.max(0, Math.round((now - startedAt) / 1000)))}`;
}

function amountParts(done: number, total: number, rate: number | undefined): string[] {
  const parts = [share(Math.min(1, done / total)), `${formatBytes(done)} of ${formatBytes(total)}`];
  if (rate !== undefined && rate > 0) {
    const left = Math.ceil(Math.max(0, total - done) / rate);
    parts.push(`${formatBytes(rate)}/s`, `${formatSeconds(left)} left`);
  }
  return parts;
}

function share(fraction: number): string {
  const percent = String(Math.floor(fraction * 100)).padStart(3);
  return `${bar(fraction)} ${percent} %`;
}

function bar(fraction: number): string {
  const full = Math.round(fraction * barCells);
  return '█'.repeat(full) + '░'.repeat(barCells - full);
}
