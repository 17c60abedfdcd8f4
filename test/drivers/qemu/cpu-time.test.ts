import { expect, test } from 'vitest';
import { cpuSecondsOf, parsePsTime, parseStat } from '../../../src/drivers/qemu/cpu-time.ts';

test('the kernel’s line is read past a program’s name, whatever that is', () => {
  const rest = 'S 1 12 12 0 -1 4194560 1 0 0 0 1234 66 0 0 20 0 4 0 100 0';
  expect(parseStat(`12 (qemu-system-x86) ${rest}`)).toBe(13);
  expect(parseStat(`12 (a) b) 1 2 (c) ${rest}`)).toBe(13);
  expect(() => parseStat('12 (cut')).toThrow(/no CPU time/);
});

test.each([
  ['0:00.04', 0.04],
  ['  12:34.50\n', 754.5],
  ['1234:05.00', 74_045],
  ['00:01:02', 62],
  ['2-03:04:05', 183_845],
])('ps says %o, which is %d seconds', (text, seconds) => {
  expect(parsePsTime(text)).toBeCloseTo(seconds, 5);
});

test('what ps may say else is no time', () => {
  for (const text of ['', '-', '12', 'a:b']) expect(() => parsePsTime(text)).toThrow();
});

test.each(['linux', 'darwin'] as const)('this process works, as told on %s', async (platform) => {
  const { user, system } = process.cpuUsage();
  const told = await cpuSecondsOf(process.pid, platform);
  // Linux’ ps tells whole seconds.
  expect(told).toBeGreaterThan((user + system) / 1_000_000 - 1.1);
  expect(told).toBeLessThan((user + system) / 1_000_000 + 5);
});

test('a process that is gone is a guest that has ended', async () => {
  // Beyond the highest pid that Linux gives.
  await expect(cpuSecondsOf(2 ** 22 + 1)).rejects.toMatchObject({ code: 'GUEST_ENDED' });
});
