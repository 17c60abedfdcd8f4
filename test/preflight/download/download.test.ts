import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { DownloadOptions } from '../../../src/preflight/download/events.ts';
import { openPart, partPath } from '../../../src/preflight/download/part-file.ts';
import { content, downloadLab, length, refusal, sha1, sha256 } from '../support/downloads.ts';

const lab = downloadLab();

describe('a download', () => {
  test('ends with the whole file under its name, verified', async () => {
    expect(await lab.begin({ sha256, size: length }).done).toBe(length);
    await lab.expectWhole();
    expect(lab.events.at(-1)).toMatchObject({ kind: 'progress', phase: 'verifying', done: length });
    const downloading = lab.events.findLast(
      (each) => each.kind === 'progress' && each.phase === 'downloading',
    );
    expect(downloading).toMatchObject({ done: length, total: length });
    expect(lab.server.asked).toHaveLength(1);
    expect(lab.server.sent()).toBe(length);
  });

  test('never has the final name before it is complete', async () => {
    const seen: boolean[] = [];
    await lab.begin({}, { onEvent: () => seen.push(existsSync(lab.target)) }).done;
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.some(Boolean)).toBe(false);
  });

  test('leaves a file that is there already as it is', async () => {
    await writeFile(lab.target, 'mine');
    expect(await refusal(lab.begin())).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await readFile(lab.target, 'utf8')).toBe('mine');
    expect(lab.server.asked).toHaveLength(0);
  });

  test('goes on by itself after a lost connection, from where it was', async () => {
    lab.closeAfter(2_000_000);
    await lab.begin({ sha1 }).done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['retrying']);
    const from = Number(/^bytes=(\d+)-$/.exec(lab.server.asked[1]?.range ?? '')?.[1]);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(2_000_000);
    expect(lab.server.asked[1]?.ifRange).toBe('"first"');
    expect(lab.server.sent()).toBe(length - from);
  });

  test('gives up when nothing moves any more, and keeps what it has', async () => {
    lab.server.misbehave = (_, response) => {
      response.destroy();
      return true;
    };
    const error = await refusal(lab.begin());
    expect(error.code).toBe('REMOTE_FAILED');
    expect(lab.server.asked).toHaveLength(6);
  });

  test('of a silent server is lost after a while, not for ever', async () => {
    lab.server.misbehave = (_, response, count) => {
      if (count > 1) return false;
      response.writeHead(200, { etag: '"first"', 'content-length': length });
      response.write(content.subarray(0, 100_000));
      return true;
    };
    await lab.begin({}, { idleMs: 100 }).done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['retrying']);
  });

  test.each([
    [503, 6],
    [403, 1],
    [404, 1],
  ])('that is refused with %d is asked for %d times', async (status, times) => {
    lab.server.misbehave = (_, response) => {
      response.writeHead(status).end();
      return true;
    };
    expect(await refusal(lab.begin())).toMatchObject({ code: 'REMOTE_FAILED' });
    expect(lab.server.asked).toHaveLength(times);
    expect(existsSync(lab.target)).toBe(false);
  });
});

describe('space', () => {
  test('is checked before the first byte is written', async () => {
    const error = await refusal(lab.begin({}, { freeSpace: async () => 1000 }));
    expect(error).toMatchObject({ code: 'NO_SPACE', details: { needed: length, free: 1000 } });
    expect((await stat(partPath(lab.target))).size).toBe(0);
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
    const error = await refusal(lab.begin({}, { openPart: full }));
    expect(error).toMatchObject({ code: 'NO_SPACE' });
    expect(error.hint).toMatch(/goes on from there/);
    await lab.begin({ sha256 }).done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['continued']);
  });
});

describe('a file that is not what was promised', () => {
  test('by its digest does not get its name, and is downloaded anew the next time', async () => {
    const error = await refusal(lab.begin({ sha256: '0'.repeat(64) }));
    expect(error.message).toMatch(/checksum differs/);
    expect(existsSync(lab.target)).toBe(false);
    lab.events = [];
    await lab.begin({ sha256 }).done;
    await lab.expectWhole();
    expect(lab.server.asked.at(-1)?.range).toBeUndefined();
  });

  test('by its size is refused before anything is downloaded', async () => {
    expect(await refusal(lab.begin({ size: length + 1 }))).toMatchObject({
      code: 'REMOTE_CHANGED',
    });
    expect((await stat(partPath(lab.target))).size).toBe(0);
  });

  test('longer than it said is refused', async () => {
    lab.server.misbehave = (_, response) => {
      response.writeHead(206, { etag: '"x"', 'content-range': 'bytes 0-999/1000' });
      response.end(content.subarray(0, 5000));
      return true;
    };
    expect((await refusal(lab.begin())).message).toMatch(/more than it said/);
  });
});
