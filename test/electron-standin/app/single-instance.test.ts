import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SecondStart } from './single-instance.ts';

/** A process that takes the lock, says so, and says what it is told. */
const holder = `
  import { holdSingleInstance } from ${JSON.stringify(path.join(import.meta.dirname, 'single-instance.ts'))};
  const [userData, ...argv] = process.argv.slice(1);
  const lock = holdSingleInstance(userData, { argv, cwd: '/', data: { n: 1 } }, (start) =>
    console.log(JSON.stringify(start)));
  console.log(lock === undefined ? 'second' : 'first');
  if (lock) { lock.ref(); process.stdin.resume(); process.stdin.on('end', () => lock.close()); }
`;

let userData: string;
const children = new Set<ReturnType<typeof start>>();
beforeEach(() => {
  userData = mkdtempSync(path.join(tmpdir(), 'standin-lock-'));
});
afterEach(async () => {
  for (const { child, ended } of children) {
    child.kill('SIGKILL');
    await ended;
  }
  children.clear();
  rmSync(userData, { recursive: true, force: true });
});

function start(...argv: string[]) {
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '-e', holder, userData, ...argv],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  let wake = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
    wake();
  });
  const line = async (index: number): Promise<string> => {
    for (;;) {
      const found = lines[index];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const started = { child, line, ended: once(child, 'exit') };
  children.add(started);
  return started;
}

test('the first holds it, and is told what the second was started with', async () => {
  const first = start('one');
  expect(await first.line(0)).toBe('first');
  const second = start('two', '--three');
  expect(await second.line(0)).toBe('second');
  const told: SecondStart = JSON.parse(await first.line(1));
  expect(told).toEqual({ argv: ['two', '--three'], cwd: '/', data: { n: 1 } });
});

test('a holder that is killed leaves it free', async () => {
  const first = start();
  await first.line(0);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await start().line(0)).toBe('first');
});

test('of two that start at once one is first', async () => {
  const both = [start(), start()];
  const said = await Promise.all(both.map(({ line }) => line(0)));
  expect(said.filter((word) => word.startsWith('first'))).toHaveLength(1);
});
