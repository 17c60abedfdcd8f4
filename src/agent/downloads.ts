import type { DownloadPhase, DownloadView } from '../contract/downloads.ts';
import { TorporError, toProblem, toTorporError } from '../core/errors.ts';
import { discardPart } from '../preflight/download/part-file.ts';
import type { Trash } from './context.ts';
import {
  type DownloadRecord,
  forgetRecord,
  type Held,
  heldOf,
  keepRecord,
  readRecords,
  targetOf,
} from './download-record.ts';
import type { Download, DownloadEvent } from './preflight.ts';
import { createQueue } from './queue.ts';

/** The restore images that Torpor downloads into the library’s own folder of images. */
export interface Downloads {
  all(): readonly DownloadView[];
  /** Reads what an earlier run left. Call it once, before the others. */
  load(): Promise<void>;
  /** Begins a download, or goes on with the part that there is. Answers at once; the end is an event. */
  begin(id: string, record: DownloadRecord): Promise<DownloadView>;
  /** Throws BAD_REQUEST unless it is under way. */
  pause(id: string): DownloadView;
  /** Goes on with what is paused or has stopped. */
  resume(id: string): Promise<DownloadView>;
  /** Ends it; what was downloaded is kept. Resolves when nothing is written any more. */
  cancel(id: string): Promise<DownloadView>;
  /** Throws a part away for good; moves a whole image to the trash. */
  discard(id: string): Promise<void>;
  /** Ends them all as `cancel` does; nothing begins afterwards. */
  close(): Promise<void>;
}

export interface DownloadsParts {
  readonly library: string;
  readonly trash: Trash;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

interface Entry {
  view: DownloadView;
  readonly record: DownloadRecord;
  running: { readonly download: Download; readonly settled: Promise<void> } | undefined;
}

/** Reads nothing and loads nothing of preflight before it is asked to. */
export function createDownloads(parts: DownloadsParts): Downloads {
  const { library, trash, onChange, onError } = parts;
  const entries = new Map<string, Entry>();
  const serially = createQueue();
  let isClosed = false;

  function find(id: string): Entry {
    const entry = entries.get(id);
    if (entry !== undefined) return entry;
    throw new TorporError('BAD_REQUEST', 'There is no such download.', {
      hint: 'It may have been discarded. Start it from the catalogue again.',
    });
  }

  function update(entry: Entry, changes: Partial<DownloadView>): void {
    entry.view = { ...entry.view, ...changes };
    onChange();
  }

  async function begin(id: string, record: DownloadRecord): Promise<DownloadView> {
    const known = entries.get(id);
    if (known?.running !== undefined) return known.view;
    const target = targetOf(library, id);
    await keepRecord(library, id, record);
    const held = await heldOf(target);
    if (held?.kind === 'complete') return list(id, record, held).view;
    const { startDownload } = await import('./preflight.ts');
    if (isClosed) throw new TorporError('BUSY', 'The agent is ending.');
    const entry = list(id, record, held ?? { kind: 'part', done: 0, total: record.size });
    const { url, size, sha1, sha256, limit } = record;
    const download = startDownload(
      { url, target, size, sha1, sha256, limit },
      { onEvent: (event) => update(entry, changesBy(event, entry.view)) },
    );
    entry.running = { download, settled: followed(entry, download) };
    update(entry, { phase: 'downloading', problem: null, note: null });
    return entry.view;
  }

  /** Resolves when the download has ended, however. */
  async function followed(entry: Entry, download: Download): Promise<void> {
    const ended = { rate: null, secondsLeft: null };
    try {
      const bytes = await download.done;
      entry.running = undefined;
      update(entry, { ...ended, phase: 'complete', done: bytes, total: bytes });
    } catch (error) {
      const isCancelled = toTorporError(error).code === 'CANCELLED';
      const held = await heldOf(entry.view.path).catch(onError);
      entry.running = undefined;
      update(entry, {
        ...ended,
        phase: 'stopped',
        problem: isCancelled ? null : toProblem(error),
        ...(held?.kind === 'part' ? amountOf(held, entry.record) : {}),
      });
    }
  }

  function list(id: string, record: DownloadRecord, held: Held): Entry {
    const { name, url } = record;
    const phase = held.kind === 'complete' ? 'complete' : 'stopped';
    const nothing = { rate: null, secondsLeft: null, note: null, problem: null };
    const path = targetOf(library, id);
    const view = { id, name, url, path, phase, ...amountOf(held, record), ...nothing } as const;
    const entry: Entry = { view, record, running: undefined };
    entries.set(id, entry);
    onChange();
    return entry;
  }

  async function stop(entry: Entry): Promise<void> {
    entry.running?.download.cancel();
    await entry.running?.settled;
  }

  async function remove(id: string): Promise<void> {
    const entry = find(id);
    await stop(entry);
    if (entry.view.phase === 'complete') await trash(entry.view.path);
    else await discardPart(entry.view.path);
    await forgetRecord(library, id);
    entries.delete(id);
    onChange();
  }

  return {
    all: () => [...entries.values()].map(({ view }) => view),
    async load() {
      for (const [id, { record, held }] of await readRecords(library, onError)) {
        if (!entries.has(id)) list(id, record, held);
      }
    },
    begin: (id, record) => serially(() => begin(id, record)),
    pause(id) {
      const entry = find(id);
      if (entry.running === undefined) {
        throw new TorporError('BAD_REQUEST', 'That download is not under way.');
      }
      entry.running.download.pause();
      return entry.view;
    },
    async resume(id) {
      const entry = find(id);
      entry.running?.download.resume();
      return entry.running === undefined
        ? await serially(() => begin(id, entry.record))
        : entry.view;
    },
    async cancel(id) {
      const entry = find(id);
      await stop(entry);
      return entry.view;
    },
    discard: (id) => serially(() => remove(id)),
    async close() {
      isClosed = true;
      await Promise.all([...entries.values()].map(stop));
    },
  };
}

function amountOf(held: Held, record: DownloadRecord): { done: number; total: number | null } {
  return held.kind === 'complete'
    ? { done: held.bytes, total: held.bytes }
    : { done: held.done, total: held.total ?? record.size ?? null };
}

function changesBy(event: DownloadEvent, { phase }: DownloadView): Partial<DownloadView> {
  const still = { rate: null, secondsLeft: null };
  switch (event.kind) {
    case 'progress': {
      const { done, total = null, rate = null, secondsLeft = null } = event;
      // The last bytes of a connection may be told of after somebody paused it.
      const now: DownloadPhase = phase === 'paused' ? phase : event.phase;
      return { phase: now, done, total, rate, secondsLeft };
    }
    case 'paused':
      return { phase: 'paused', ...still };
    case 'resumed':
      return { phase: 'downloading' };
    case 'continued':
      return { done: event.from };
    case 'restarted':
    case 'retrying':
      return { note: { kind: event.kind, reason: event.reason }, ...still };
  }
}
