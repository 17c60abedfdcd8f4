import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openLog } from '../../src/agent/log.ts';

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-log-'));
  try {
    await work(join(folder, 'agent.log'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the log is bounded: what is older than the last two parts is gone', () =>
  inFolder(async (path) => {
    const maxBytes = 2000;
    const log = openLog(path, { maxBytes });
    for (let index = 0; index < 200; index++) log.info({ index }, 'a line');
    const [now, older] = [await readFile(path, 'utf8'), await readFile(`${path}.1`, 'utf8')];
    expect(now.length).toBeLessThan(maxBytes + 200);
    expect(older.length).toBeLessThan(maxBytes + 200);
    expect(JSON.parse(now.trim().split('\n').at(-1) ?? '')).toMatchObject({ index: 199 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }));

test('a later agent goes on in the same log', () =>
  inFolder(async (path) => {
    openLog(path).info('first');
    openLog(path).info('second');
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(2);
  }));

test('an error is written with those underneath it', () =>
  inFolder(async (path) => {
    const cause = Object.assign(new Error('deep'), { code: 'ENOENT' });
    openLog(path).error({ error: new Error('shallow', { cause }) }, 'failed');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      msg: 'failed',
      error: { message: 'shallow', cause: { message: 'deep', code: 'ENOENT' } },
    });
  }));

test('a person reads sentences', () =>
  inFolder(async (path) => {
    let said = '';
    const terminal = new Writable({
      write(chunk, _encoding, done) {
        said += chunk;
        done();
      },
    });
    openLog(path, { terminal }).info({ machine: 'Demo' }, 'started');
    expect(said).toMatch(/^\d\d:\d\d:\d\d Demo: started\n$/);
  }));
