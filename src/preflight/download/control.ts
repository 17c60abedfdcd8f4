import { TorporError } from '../../core/errors.ts';
import type { DownloadEvent } from './events.ts';

const pauseReason = new Error('paused');

/** Whether an attempt ended because somebody paused it, who may have resumed it since. */
export function wasPaused(attempt: AbortController): boolean {
  return attempt.signal.reason === pauseReason;
}

/** Pause and cancel as signals: each ends what runs now; pause lets it begin again later. */
export class Control {
  readonly emit: (event: DownloadEvent) => void;
  readonly #cancel = new AbortController();
  #paused: { readonly ended: Promise<void>; readonly end: () => void } | undefined;
  #attempt = new AbortController();

  constructor(emit: (event: DownloadEvent) => void) {
    this.emit = emit;
  }

  pause(): void {
    if (this.#paused !== undefined || this.cancelled) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#paused = { ended: promise, end: resolve };
    this.#attempt.abort(pauseReason);
    this.emit({ kind: 'paused' });
  }

  resume(): void {
    if (this.#paused === undefined) return;
    this.#paused.end();
    this.#paused = undefined;
    if (!this.cancelled) this.emit({ kind: 'resumed' });
  }

  cancel(): void {
    this.#cancel.abort();
    this.#attempt.abort();
    this.resume();
  }

  get cancelled(): boolean {
    return this.#cancel.signal.aborted;
  }

  /** A signal for one attempt, after a pause has ended. Throws CANCELLED. */
  async begin(): Promise<AbortController> {
    await this.#paused?.ended;
    if (this.cancelled) throw cancelled();
    this.#attempt = new AbortController();
    return this.#attempt;
  }
}

export function cancelled(): TorporError {
  return new TorporError('CANCELLED', 'The download was cancelled. What was downloaded is kept.', {
    hint: 'Start it again to go on, or discard the part.',
  });
}
