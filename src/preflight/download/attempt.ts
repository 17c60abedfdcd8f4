import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { connectionFailed, hostOf } from '../image/http-range.ts';
import type { Control } from './control.ts';
import type { DownloadOptions, DownloadRequest } from './events.ts';
import { type Pace, secondsLeft } from './pace.ts';
import { forgetJournal, type Journal, type PartWriter, writeJournal } from './part-file.ts';
import { checkSpace } from './space.ts';
import { askForRest, type Body, Passing } from './transfer.ts';

const progressEveryMs = 200;

export interface Attempt {
  readonly request: DownloadRequest;
  readonly options: DownloadOptions;
  readonly control: Control;
  readonly part: PartWriter;
  readonly pace: Pace;
  readonly attempt: AbortController;
  readonly journal: Journal;
}

/**
 * One connection: asks for the rest and writes it down. What arrived is flushed and recorded
 * whichever way it ends. Throws Passing when another attempt may help.
 */
export async function attemptOnce(work: Attempt): Promise<{ journal: Journal; complete: boolean }> {
  const { request, options, control, part, attempt } = work;
  const idle = setTimeout(() => attempt.abort(new Error('idle')), options.idleMs ?? 60_000);
  try {
    const answer = await askForRest(work.journal, attempt.signal);
    if (answer.kind === 'complete') return { journal: work.journal, complete: true };
    if (answer.kind !== 'continues') {
      control.emit({ kind: 'restarted', reason: answer.reason });
      await part.truncate(0);
      await forgetJournal(request.target);
    }
    const clean: Journal = { format: 1, url: request.url, done: 0, total: undefined };
    if (answer.kind === 'lost') return { journal: clean, complete: false };
    const start = answer.kind === 'starts-over' ? clean : work.journal;
    const journal = { ...start, ...answer.found };
    checkSize(request, journal);
    await checkSpace(request.target, journal, options);
    return await receive({ ...work, journal }, answer.body, idle);
  } finally {
    clearTimeout(idle);
  }
}

async function receive(
  work: Attempt,
  body: Body,
  idle: NodeJS.Timeout,
): Promise<{ journal: Journal; complete: boolean }> {
  const { request, options, control, part, pace, attempt } = work;
  const flushEvery = options.flushEvery ?? 32 << 20;
  let { journal } = work;
  let at = journal.done;
  let shownAt = 0;
  const keep = async (): Promise<void> => {
    await part.flush();
    journal = { ...journal, done: at };
    await writeJournal(request.target, journal);
  };
  const show = (): void => {
    const now = performance.now();
    if (now - shownAt < progressEveryMs && at !== journal.total) return;
    shownAt = now;
    const rate = pace.rate();
    const rest = journal.total === undefined ? undefined : journal.total - at;
    control.emit({
      kind: 'progress',
      phase: 'downloading',
      done: at,
      total: journal.total,
      rate,
      secondsLeft: secondsLeft(rest, rate),
    });
  };
  try {
    for await (const chunk of body) {
      idle.refresh();
      if (journal.total !== undefined && at + chunk.byteLength > journal.total) {
        throw new TorporError('REMOTE_FAILED', `${hostOf(request.url)} sends more than it said.`, {
          hint: 'What was downloaded is kept. Try again, or use another address.',
        });
      }
      await part.write(chunk, at);
      at += chunk.byteLength;
      pace.note(chunk.byteLength);
      show();
      if (at - journal.done >= flushEvery) await keep();
      const owed = pace.owed();
      if (owed > 0) {
        await (options.wait ?? waitFor)(owed, attempt.signal);
        idle.refresh();
      }
      attempt.signal.throwIfAborted();
    }
  } catch (error) {
    // On a full volume this fails as well; the record of the last flush then stays, and is true.
    await keep().catch(() => undefined);
    if (error instanceof TorporError || errnoOf(error) !== undefined) throw error;
    throw new Passing(connectionFailed(request.url, error, {}));
  }
  await keep();
  if (journal.total === undefined) return { journal: { ...journal, total: at }, complete: true };
  if (at === journal.total) return { journal, complete: true };
  throw new Passing(
    new TorporError(
      'REMOTE_FAILED',
      `${hostOf(request.url)} ended after ${at} of ${journal.total} bytes.`,
    ),
  );
}

function checkSize(request: DownloadRequest, journal: Journal): void {
  if (request.size === undefined || journal.total === undefined) return;
  if (request.size === journal.total) return;
  throw new TorporError(
    'REMOTE_CHANGED',
    `The image should have ${request.size} bytes, and the one at ${hostOf(request.url)} has ${journal.total}.`,
    {
      hint: 'It may have changed, or the catalogue is out of date. Check the image again before you download it.',
    },
  );
}

export async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  // An abort during the wait is noticed by whoever begins the next attempt.
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
