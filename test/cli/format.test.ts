import { describe, expect, test } from 'vitest';
import { formatBytes, formatMiB } from '../../src/cli/format/size.ts';
import { formatAgo, formatSeconds } from '../../src/cli/format/time.ts';
import { diskBytes, sizeInMiB } from '../../src/cli/options/size.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536 * 1024, '1.5 MiB'],
  [412.4 * 2 ** 20, '412 MiB'],
  [1023.9 * 2 ** 20, '1 GiB'],
  [9.97 * 2 ** 30, '10 GiB'],
  [2 ** 41, '2 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('memory is given in MiB', () => {
  expect([formatMiB(512), formatMiB(2048)]).toEqual(['512 MiB', '2 GiB']);
});

test.each([
  [0.031, '0.03 s'],
  [0.996, '1 s'],
  [4.24, '4.2 s'],
  [9.96, '10 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [3599.7, '1 h 0 min'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [-5_000, 'just now'],
  [59_000, 'just now'],
  [60_000, '1 minute ago'],
  [2 * 3_600_000, '2 hours ago'],
  [47 * 3_600_000, '1 day ago'],
  [15 * 86_400_000, '2 weeks ago'],
  [400 * 86_400_000, '1 year ago'],
])('%d ms ago is %s', (passed, text) => {
  const now = Date.UTC(2026, 0, 1);
  expect(formatAgo(now - passed, now)).toBe(text);
});

describe('sizes on the command line', () => {
  test.each([
    ['512', 512],
    ['512M', 512],
    ['2G', 2048],
    ['2g', 2048],
    ['1.5GiB', 1536],
    ['2GB', 2048],
    ['1T', 1024 * 1024],
    ['512K', 0.5],
  ])('%s', (text, mebibytes) => {
    expect(sizeInMiB(text)).toBe(mebibytes);
  });

  test.each(['', 'G', '-1G', '1.G', '2X', './20G', '20G.img', '1e3', '0x10'])(
    '%j is none',
    (text) => {
      expect(sizeInMiB(text)).toBeUndefined();
      expect(diskBytes(text)).toBeUndefined();
    },
  );

  test('a disk has whole MiB', () => {
    expect(diskBytes('1.5M')).toBe(2 * 2 ** 20);
  });
});
