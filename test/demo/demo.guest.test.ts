import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

function demo(...args: string[]) {
  const script = join(import.meta.dirname, '..', '..', 'demo', 'demo.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await exited;
  });
  return { child, exited };
}

async function leftovers(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('torpor-demo-'));
}

test('the guest goes on, and nothing is left behind', async () => {
  const before = await leftovers();
  const { child, exited } = demo('--json', '--memory', '256M', '--fill', '10');
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  expect(await exited).toEqual([0, null]);
  const result = JSON.parse(lines.at(-1) ?? '');
  expect(result).toMatchObject({ continuity: true, memoryMiB: 256 });
  expect(result.nonceAfter).toBe(result.nonceBefore);
  expect(result.counterAfter).toBeGreaterThan(result.counterBefore);
  expect(await leftovers()).toEqual(before);
});

test('interrupted, it ends the guest and the agent and removes its files', async () => {
  const before = await leftovers();
  const { child, exited } = demo('--json', '--memory', '256M', '--fill', '10');
  // The guest runs from here on.
  await once(createInterface(child.stderr), 'line');
  child.kill('SIGINT');
  expect(await exited).toEqual([1, null]);
  expect(await leftovers()).toEqual(before);
});

test.each([['--fill', '99'], ['--memory', 'much'], ['--colour']])(
  'refuses %s %s',
  async (...args) => {
    const before = await leftovers();
    const { exited } = demo(...args.filter((arg) => arg !== undefined));
    expect(await exited).toEqual([1, null]);
    expect(await leftovers()).toEqual(before);
  },
);
