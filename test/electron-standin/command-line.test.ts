import { expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';

test('switches before the folder are for the binary, what follows is for the app', () => {
  const { switches, requires, rest } = parseCommandLine([
    '-r',
    './hook.cjs',
    '--inspect=0',
    '--user-data-dir=/a=b',
    '--no-sandbox',
    '/app',
    '--hidden',
  ]);
  expect(Object.fromEntries(switches)).toEqual({
    inspect: '0',
    'user-data-dir': '/a=b',
    'no-sandbox': '',
  });
  expect(requires).toEqual(['./hook.cjs']);
  expect(rest).toEqual(['/app', '--hidden']);
});

test('a file to require is not forgotten in silence', () => {
  expect(() => parseCommandLine(['-r'])).toThrow('-r needs a file');
});
