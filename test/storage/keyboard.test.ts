import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { loadNative } from '../../src/storage/native.ts';

const run = promisify(execFile);
const keyboard = new URL('../../src/storage/keyboard.ts', import.meta.url).href;
const question = `import { isShiftHeld } from '${keyboard}'; console.log(String(isShiftHeld()));`;

/** In a process of its own, for the library reads the environment that its process began with. */
async function askedWith(env: Record<string, string>): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', question], {
    env: { PATH, HOME, ...env },
  });
  return stdout.trim();
}

/** A screen that nobody sees; the name of its display. */
async function screen(): Promise<string> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '1', '-screen', '0', '64x64x8', '-nolisten', 'tcp', '-noreset'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const ended = once(server, 'exit');
  onTestFinished(async () => {
    server.kill();
    await ended;
  });
  const [number] = await once(server.stdout, 'data');
  return `:${String(number).trim()}`;
}

test.skipIf(process.platform !== 'linux')('tells whether a person holds Shift', async () => {
  const DISPLAY = await screen();
  const press = (...words: string[]) => run('xdotool', words, { env: { ...process.env, DISPLAY } });
  expect(await askedWith({ DISPLAY })).toBe('false');
  await press('keydown', 'shift');
  expect(await askedWith({ DISPLAY })).toBe('true');
  expect(await askedWith({ DISPLAY, WAYLAND_DISPLAY: 'wayland-0' })).toBe('undefined');
  await press('keyup', 'shift');
  await press('keydown', 'ctrl');
  expect(await askedWith({ DISPLAY })).toBe('false');
});

test.skipIf(process.platform !== 'linux')('without a display it cannot tell', async () => {
  expect(await askedWith({})).toBe('undefined');
  expect(await askedWith({ DISPLAY: ':64999' })).toBe('undefined');
});

test('the addon exports what its TypeScript side names, and no more', () => {
  const table = readFileSync(new URL('../../native/src/addon.cc', import.meta.url), 'utf8');
  const exported = [...table.matchAll(/exports\.Set\("(\w+)"/g)].map(([, name]) => name);
  expect(Object.keys(loadNative())).toEqual(exported);
  const names = readFileSync(new URL('../../src/storage/native.ts', import.meta.url), 'utf8');
  const named = /const names = \[([^\]]*)\]/.exec(names)?.[1] ?? '';
  expect([...named.matchAll(/'(\w+)'/g)].map(([, name]) => name)).toEqual(exported);
});

test('it is built of all its files', () => {
  const gyp = readFileSync(new URL('../../native/binding.gyp', import.meta.url), 'utf8');
  for (const name of ['shift', 'shift_mac', 'shift_x11']) expect(gyp).toContain(`'src/${name}.cc'`);
});
