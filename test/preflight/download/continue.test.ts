import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { discardPart, journalPath, partPath } from '../../../src/preflight/download/part-file.ts';
import { content, downloadLab, length, refusal, sha256 } from '../support/downloads.ts';

const lab = downloadLab();

describe('across runs of Torpor', () => {
  test('a download that was killed goes on', async () => {
    const script = `
      import { startDownload } from ${JSON.stringify(new URL('../../../src/preflight/download/download.ts', import.meta.url).href)};
      const download = startDownload(
        { url: ${JSON.stringify(lab.server.url)}, target: ${JSON.stringify(lab.target)}, limit: 1_500_000 },
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
    expect(existsSync(lab.target)).toBe(false);
    expect((await stat(partPath(lab.target))).size).toBeGreaterThan(900_000);
    await lab.begin({ sha256 }).done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['continued']);
    expect(lab.server.asked.at(-1)?.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  async function interrupted(): Promise<void> {
    const first = lab.begin(
      {},
      { onEvent: (event) => event.kind === 'progress' && event.done > 1e6 && first.cancel() },
    );
    expect(await refusal(first)).toMatchObject({ code: 'CANCELLED' });
    lab.events = [];
    expect(existsSync(partPath(lab.target))).toBe(true);
  }

  test('a file that changed meanwhile is downloaded anew, and that is said', async () => {
    await interrupted();
    lab.server.etag = '"second"';
    await lab.begin({ sha256 }).done;
    await lab.expectWhole();
    expect(lab.events.find((event) => event.kind === 'restarted')).toEqual({
      kind: 'restarted',
      reason: 'the file on the server changed',
    });
  });

  test('a server that cannot continue starts over, and that is said', async () => {
    await interrupted();
    lab.server.misbehave = (_, response) => {
      response.writeHead(200, { etag: '"first"', 'content-length': length }).end(content);
      return true;
    };
    await lab.begin().done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['continued', 'restarted']);
  });

  test('a file that became shorter starts over', async () => {
    await interrupted();
    await writeFile(lab.folder.at('short'), content.subarray(0, 1000));
    await lab.server.serve(lab.folder.at('short'));
    await lab.begin().done;
    expect((await stat(lab.target)).size).toBe(1000);
    expect(lab.kinds()).toContain('restarted');
  });

  test('another address does not go on with what is here', async () => {
    await interrupted();
    await lab.begin({ url: `${lab.server.url}?other` }).done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['restarted']);
  });

  test('without a sign of sameness it starts over, unless the digest is known', async () => {
    lab.server.etag = undefined;
    await interrupted();
    await lab.begin().done;
    expect(lab.kinds()).toEqual(['restarted']);
    lab.target = `${lab.target}.again`;
    await interrupted();
    await lab.begin({ sha256 }).done;
    expect(lab.kinds()).toEqual(['continued']);
    await lab.expectWhole();
  });

  test('what was downloaded can be thrown away', async () => {
    await interrupted();
    await discardPart(lab.target);
    expect(existsSync(partPath(lab.target))).toBe(false);
    await lab.begin().done;
    expect(lab.kinds()).toEqual([]);
  });

  test('another file is noticed also when the server sends its rest without asking', async () => {
    await interrupted();
    lab.server.misbehave = (request, response) => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start === 0) return false;
      response.writeHead(206, {
        etag: '"second"',
        'content-range': `bytes ${start}-${length - 1}/${length}`,
      });
      response.end(Buffer.alloc(length - start));
      return true;
    };
    await lab.begin({ sha256 }).done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['continued', 'restarted']);
  });

  test('a part that is shorter than its record means starting over', async () => {
    await interrupted();
    await truncate(partPath(lab.target), 1000);
    await lab.begin().done;
    await lab.expectWhole();
    expect(lab.kinds()).toEqual([]);
  });

  test('a damaged record means starting over', async () => {
    await interrupted();
    await writeFile(journalPath(lab.target), '{"format":1,"do');
    await lab.begin({ sha256 }).done;
    await lab.expectWhole();
  });
});

describe('pause and cancel', () => {
  test('a paused download waits and goes on', async () => {
    let pausedAt = 0;
    const download = lab.begin(
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
    await lab.expectWhole();
    expect(lab.kinds()).toEqual(['paused', 'resumed']);
    expect(lab.server.asked).toHaveLength(2);
  });

  test('a paused download can be cancelled and keeps its part', async () => {
    const download = lab.begin(
      {},
      { onEvent: (event) => event.kind === 'progress' && event.done > 1e6 && download.pause() },
    );
    const refused = refusal(download);
    while (!lab.kinds().includes('paused')) await new Promise(setImmediate);
    download.cancel();
    const error = await refused;
    expect(error).toMatchObject({ code: 'CANCELLED' });
    expect(error.message).toMatch(/kept/);
    expect(existsSync(partPath(lab.target))).toBe(true);
  });
});
