import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { attemptOnce, waitFor } from './attempt.ts';
import { Control, cancelled, wasPaused } from './control.ts';
import { knownDigest, verifyDigest } from './digest.ts';
import type { DownloadOptions, DownloadRequest } from './events.ts';
import { createPace } from './pace.ts';
import { forgetJournal, type Journal, openPart, partPath, readJournal } from './part-file.ts';
import { withSpaceHint } from './space.ts';
import { ifRange, Passing } from './transfer.ts';

export interface Download {
  /** The final path's size; rejects with the reason, CANCELLED among them. What was downloaded stays. */
  readonly done: Promise<number>;
  pause(): void;
  resume(): void;
  /** Ends it; the part stays for later. `discardPart` throws it away. */
  cancel(): void;
}

const mostAttempts = 6;

/**
 * Downloads a file, or goes on with a download that was begun: in another run of Torpor too. The
 * part is flushed before it counts, verified in length and, where one is known, in digest, and only
 * then renamed. A remote file that changed in between is downloaded anew, and an event says so.
 *
 * `done` rejects with NO_SPACE before or while downloading, REMOTE_FAILED, CANCELLED, BAD_REQUEST
 * when the target exists, BUSY when another download writes to it, and system errors; in every case the part is kept and can be continued.
 */
export function startDownload(request: DownloadRequest, options: DownloadOptions = {}): Download {
  const control = new Control(options.onEvent ?? (() => {}));
  return {
    done: run(request, options, control),
    pause: () => control.pause(),
    resume: () => control.resume(),
    cancel: () => control.cancel(),
  };
}

async function run(
  request: DownloadRequest,
  options: DownloadOptions,
  control: Control,
): Promise<number> {
  const lock = await options.lock?.(request.target);
  try {
    return await runAlone(request, options, control);
  } finally {
    lock?.release();
  }
}

async function runAlone(
  request: DownloadRequest,
  options: DownloadOptions,
  control: Control,
): Promise<number> {
  const { target } = request;
  await refuseExisting(target);
  let journal = await startingPoint(request, control);
  const part = await (options.openPart ?? openPart)(partPath(target));
  try {
    await part.truncate(journal.done);
    const pace = createPace(request.limit, options.now ?? (() => performance.now()));
    for (let failures = 0; ; ) {
      const attempt = await control.begin();
      const before = journal.done;
      try {
        const result = await attemptOnce({
          request,
          options,
          control,
          part,
          pace,
          attempt,
          journal,
        });
        journal = result.journal;
        if (result.complete) break;
      } catch (error) {
        const interrupted = await readJournal(target);
        journal = interrupted ?? { ...journal, done: 0 };
        if (control.cancelled) throw cancelled();
        if (wasPaused(attempt)) continue;
        if (!(error instanceof Passing)) throw withSpaceHint(error, journal.done);
        failures = journal.done > before ? 1 : failures + 1;
        if (failures >= mostAttempts) throw error.error;
        const inMs = 1000 * 2 ** (failures - 1);
        control.emit({ kind: 'retrying', inMs, reason: error.error.message });
        await (options.wait ?? waitFor)(inMs, attempt.signal);
      }
    }
  } finally {
    await part.close();
  }
  await finish(request, journal, control);
  return journal.done;
}

async function startingPoint(request: DownloadRequest, control: Control): Promise<Journal> {
  const fresh: Journal = { format: 1, url: request.url, done: 0, total: request.size };
  const earlier = await readJournal(request.target);
  if (earlier === undefined || earlier.done === 0) return fresh;
  const restart = (reason: string): Journal => {
    control.emit({ kind: 'restarted', reason });
    return fresh;
  };
  if (earlier.url !== request.url) return restart('what is here already came from another address');
  if (ifRange(earlier) === undefined && knownDigest(request) === undefined) {
    return restart('the server gives no sign by which to tell whether the file is still the same');
  }
  control.emit({ kind: 'continued', from: earlier.done });
  return earlier;
}

async function finish(request: DownloadRequest, journal: Journal, control: Control): Promise<void> {
  const path = partPath(request.target);
  const total = journal.done;
  let attempt = await control.begin();
  const show = (done: number): void =>
    control.emit({
      kind: 'progress',
      phase: 'verifying',
      done,
      total,
      rate: undefined,
      secondsLeft: undefined,
    });
  for (;;) {
    try {
      await verifyDigest(path, request, show, attempt.signal);
      break;
    } catch (error) {
      if (control.cancelled) throw cancelled();
      if (error instanceof TorporError) {
        // The bytes are wrong, so the next attempt must not go on with them.
        await forgetJournal(request.target);
        throw error;
      }
      if (!wasPaused(attempt)) throw error;
      attempt = await control.begin();
    }
  }
  await refuseExisting(request.target);
  await rename(path, request.target);
  await forgetJournal(request.target);
  await flushFolder(dirname(request.target));
}

async function refuseExisting(target: string): Promise<void> {
  try {
    await stat(target);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  throw new TorporError('BAD_REQUEST', `There is a file ${target} already. It was left as it is.`, {
    hint: 'Move it away, or choose another name.',
  });
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
