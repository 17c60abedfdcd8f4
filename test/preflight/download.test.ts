import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TorporError } from '../../src/core/errors.ts';
import { type Download, startDownload } from '../../src/preflight/download/download.ts';
import type {
  DownloadEvent,
  DownloadOptions,
  DownloadRequest,
} from '../../src/preflight/download/events.ts';
import { createPace, secondsLeft } from '../../src/preflight/download/pace.ts';
import {
  discardPart,
  journalPath,
  openPart,
  partPath,
} from '../../src/preflight/download/part-file.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { type FileServer, partOf, startServer } from './support/server.ts';

const length = 5_000_000;
const content = Buffer.alloc(length);
for (let at = 0; at < length; at += 4) content.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
const sha256 = createHash('sha256').update(content).digest('hex');
const sha1 = createHash('sha1').update(content).digest('hex');

let folder: Folder;
let server: FileServer;
let target: string;
let events: DownloadEvent[];
let nth = 0;

beforeAll(async () => {
  folder = await makeFolder();
  await writeFile(folder.at('remote'), content);
});
afterAll(async () => await folder[Symbol.asyncDispose]());
beforeEach(async () => {
  nth += 1;
  target = folder.at(`image-${nth}.ipsw`);
  events = [];
  server = await startServer(folder.at('remote'));
});
afterEach(async () => await server[Symbol.asyncDispose]());

function begin(more: Partial<DownloadRequest> = {}, options: DownloadOptions = {}): Download {
  return startDownload(
    { url: server.url, target, ...more },
    {
      wait: async () => {},
      flushEvery: 1 << 21,
      ...options,
      onEvent: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
    },
  );
}

async function refusal(download: Download): Promise<TorporError> {
  const error = await download.done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TorporError) return error;
  throw new Error(`unexpected: ${String(error)}`);
}

async function expectWhole(): Promise<void> {
  expect((await readFile(target)).equals(content)).toBe(true);
  expect(existsSync(partPath(target))).toBe(false);
  expect(existsSync(journalPath(target))).toBe(false);
}

const kinds = (): string[] =>
  events.map((event) => event.kind).filter((kind) => kind !== 'progress');

/** Sends `bytes` of what was asked for and then closes the connection. */
function closeAfter(bytes: number, times = 1): void {
  server.misbehave = (request, response, count) => {
    if (count > times) return false;
    const part = partOf(request.headers.range, length);
    const start = part === undefined || part === 'outside' ? 0 : part.start;
    response.writeHead(start === 0 ? 200 : 206, {
      etag: '"first"',
      'content-length': length - start,
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${length - 1}/${length}` }),
    });
    response.write(content.subarray(start, start + bytes), () => response.destroy());
    return true;
  };
}

describe('a download', () => {
  test('ends with the whole file under its name, verified', async () => {
    expect(await begin({ sha256, size: length }).done).toBe(length);
    await expectWhole();
    expect(events.at(-1)).toMatchObject({ kind: 'progress', phase: 'verifying', done: length });
    const downloading = events.findLast(
      (each) => each.kind === 'progress' && each.phase === 'downloading',
    );
    expect(downloading).toMatchObject({ done: length, total: length });
    expect(server.asked).toHaveLength(1);
    expect(server.sent()).toBe(length);
  });

  test('never has the final name before it is complete', async () => {
    const seen: boolean[] = [];
    await begin({}, { onEvent: () => seen.push(existsSync(target)) }).done;
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.some(Boolean)).toBe(false);
  });

  test('leaves a file that is there already as it is', async () => {
    await writeFile(target, 'mine');
    expect(await refusal(begin())).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await readFile(target, 'utf8')).toBe('mine');
    expect(server.asked).toHaveLength(0);
  });

  test('goes on by itself after a lost connection, from where it was', async () => {
    closeAfter(2_000_000);
    await begin({ sha1 }).done;
    await expectWhole();
    expect(kinds()).toEqual(['retrying']);
    const from = Number(/^bytes=(\d+)-$/.exec(server.asked[1]?.range ?? '')?.[1]);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(2_000_000);
    expect(server.asked[1]?.ifRange).toBe('"first"');
    expect(server.sent()).toBe(length - from);
  });

  test('gives up when nothing moves any more, and keeps what it has', async () => {
    server.misbehave = (_, response) => {
      response.destroy();
      return true;
    };
    const error = await refusal(begin());
    expect(error.code).toBe('REMOTE_FAILED');
    expect(server.asked).toHaveLength(6);
  });

  test('of a silent server is lost after a while, not for ever', async () => {
    server.misbehave = (_, response, count) => {
      if (count > 1) return false;
      response.writeHead(200, { etag: '"first"', 'content-length': length });
      response.write(content.subarray(0, 100_000));
      return true;
    };
    await begin({}, { idleMs: 100 }).done;
    await expectWhole();
    expect(kinds()).toEqual(['retrying']);
  });

  test.each([
    [503, 6],
    [403, 1],
    [404, 1],
  ])('that is refused with %d is asked for %d times', async (status, times) => {
    server.misbehave = (_, response) => {
      response.writeHead(status).end();
      return true;
    };
    expect(await refusal(begin())).toMatchObject({ code: 'REMOTE_FAILED' });
    expect(server.asked).toHaveLength(times);
    expect(existsSync(target)).toBe(false);
  });
});

describe('across runs of Torpor', () => {
  test('a download that was killed goes on', async () => {
    const script = `
      import { startDownload } from ${JSON.stringify(new URL('../../src/preflight/download/download.ts', import.meta.url).href)};
      const download = startDownload(
        { url: ${JSON.stringify(server.url)}, target: ${JSON.stringify(target)}, limit: 1_500_000 },
        { flushEvery: 65536, onEvent: (event) => {
          if (event.kind === 'progress' && event.done > 1_000_000) process.stdout.write('half\\n');
        } });
      await download.done;`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(target)).toBe(false);
    expect((await stat(partPath(target))).size).toBeGreaterThan(900_000);
    await begin({ sha256 }).done;
    await expectWhole();
    expect(kinds()).toEqual(['continued']);
    expect(server.asked.at(-1)?.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  async function interrupted(): Promise<void> {
    const first = begin(
      {},
      { onEvent: (event) => event.kind === 'progress' && event.done > 1e6 && first.cancel() },
    );
    expect(await refusal(first)).toMatchObject({ code: 'CANCELLED' });
    events = [];
    expect(existsSync(partPath(target))).toBe(true);
  }

  test('a file that changed meanwhile is downloaded anew, and that is said', async () => {
    await interrupted();
    server.etag = '"second"';
    await begin({ sha256 }).done;
    await expectWhole();
    expect(events.find((event) => event.kind === 'restarted')).toEqual({
      kind: 'restarted',
      reason: 'the file on the server changed',
    });
  });

  test('a server that cannot continue starts over, and that is said', async () => {
    await interrupted();
    server.misbehave = (_, response) => {
      response.writeHead(200, { etag: '"first"', 'content-length': length }).end(content);
      return true;
    };
    await begin().done;
    await expectWhole();
    expect(kinds()).toEqual(['continued', 'restarted']);
  });

  test('a file that became shorter starts over', async () => {
    await interrupted();
    await writeFile(folder.at('short'), content.subarray(0, 1000));
    await server.serve(folder.at('short'));
    await begin().done;
    expect((await stat(target)).size).toBe(1000);
    expect(kinds()).toContain('restarted');
  });

  test('another address does not go on with what is here', async () => {
    await interrupted();
    await begin({ url: `${server.url}?other` }).done;
    await expectWhole();
    expect(kinds()).toEqual(['restarted']);
  });

  test('without a sign of sameness it starts over, unless the digest is known', async () => {
    server.etag = undefined;
    await interrupted();
    await begin().done;
    expect(kinds()).toEqual(['restarted']);
    target = `${target}.again`;
    await interrupted();
    await begin({ sha256 }).done;
    expect(kinds()).toEqual(['continued']);
    await expectWhole();
  });

  test('what was downloaded can be thrown away', async () => {
    await interrupted();
    await discardPart(target);
    expect(existsSync(partPath(target))).toBe(false);
    await begin().done;
    expect(kinds()).toEqual([]);
  });

  test('a damaged record means starting over', async () => {
    await interrupted();
    await writeFile(journalPath(target), '{"format":1,"do');
    await begin({ sha256 }).done;
    await expectWhole();
  });
});

describe('pause and cancel', () => {
  test('a paused download waits and goes on', async () => {
    let pausedAt = 0;
    const download = begin(
      { sha256 },
      {
        onEvent: (event) => {
          if (event.kind === 'progress' && event.done > 1e6 && pausedAt === 0) {
            pausedAt = event.done;
            download.pause();
            download.resume();
          }
        },
      },
    );
    await download.done;
    await expectWhole();
    expect(kinds()).toEqual(['paused', 'resumed']);
    expect(server.asked).toHaveLength(2);
  });

  test('a paused download can be cancelled and keeps its part', async () => {
    const download = begin(
      {},
      { onEvent: (event) => event.kind === 'progress' && event.done > 1e6 && download.pause() },
    );
    const refused = refusal(download);
    while (!kinds().includes('paused')) await new Promise(setImmediate);
    download.cancel();
    const error = await refused;
    expect(error).toMatchObject({ code: 'CANCELLED' });
    expect(error.message).toMatch(/kept/);
    expect(existsSync(partPath(target))).toBe(true);
  });
});

describe('space', () => {
  test('is checked before the first byte is written', async () => {
    const error = await refusal(begin({}, { freeSpace: async () => 1000 }));
    expect(error).toMatchObject({ code: 'NO_SPACE', details: { needed: length, free: 1000 } });
    expect((await stat(partPath(target))).size).toBe(0);
  });

  test('that ends in the middle keeps what is there, and goes on later', async () => {
    const full: DownloadOptions['openPart'] = async (path) => {
      const part = await openPart(path);
      return {
        ...part,
        write: async (chunk, position) => {
          if (position > 2_000_000) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          await part.write(chunk, position);
        },
      };
    };
    const error = await refusal(begin({}, { openPart: full }));
    expect(error).toMatchObject({ code: 'NO_SPACE' });
    expect(error.hint).toMatch(/goes on from there/);
    await begin({ sha256 }).done;
    await expectWhole();
    expect(kinds()).toEqual(['continued']);
  });
});

describe('a file that is not what was promised', () => {
  test('by its digest does not get its name, and is downloaded anew the next time', async () => {
    const error = await refusal(begin({ sha256: '0'.repeat(64) }));
    expect(error.message).toMatch(/checksum differs/);
    expect(existsSync(target)).toBe(false);
    events = [];
    await begin({ sha256 }).done;
    await expectWhole();
    expect(server.asked.at(-1)?.range).toBeUndefined();
  });

  test('by its size is refused before anything is downloaded', async () => {
    expect(await refusal(begin({ size: length + 1 }))).toMatchObject({ code: 'REMOTE_CHANGED' });
    expect((await stat(partPath(target))).size).toBe(0);
  });

  test('longer than it said is refused', async () => {
    server.misbehave = (_, response) => {
      response.writeHead(206, { etag: '"x"', 'content-range': 'bytes 0-999/1000' });
      response.end(content.subarray(0, 5000));
      return true;
    };
    expect((await refusal(begin())).message).toMatch(/more than it said/);
  });
});

describe('pace', () => {
  test('a limit spreads the bytes over time', () => {
    let now = 0;
    const pace = createPace(1_000_000, () => now);
    pace.note(500_000);
    expect(pace.owed()).toBe(500);
    now = 500;
    expect(pace.owed()).toBe(0);
    pace.note(2_000_000);
    expect(pace.owed()).toBe(2000);
  });

  test('the rate is that of the last seconds, and tells how long the rest takes', () => {
    let now = 0;
    const pace = createPace(undefined, () => now);
    expect(pace.rate()).toBeUndefined();
    for (now = 0; now < 20_000; now += 100) pace.note(100_000);
    expect(pace.rate()).toBeGreaterThan(950_000);
    expect(pace.rate()).toBeLessThan(1_050_000);
    expect(pace.owed()).toBe(0);
    now += 60_000;
    expect(pace.rate()).toBeUndefined();
    expect(secondsLeft(10, 5)).toBe(2);
    expect(secondsLeft(10, undefined)).toBeUndefined();
  });

  test('a limited download waits what it owes', async () => {
    const waited: number[] = [];
    await begin({ limit: 1_000_000 }, { now: () => 0, wait: async (ms) => void waited.push(ms) })
      .done;
    await expectWhole();
    expect(waited.at(-1)).toBeCloseTo(5000, 0);
  });
});
