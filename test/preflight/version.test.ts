import { expect, test } from 'vitest';
import { compareVersions, generation, isVersion, latest } from '../../src/preflight/version.ts';

test('parts compare as numbers and missing parts count as 0', () => {
  expect(compareVersions('1253', '1253.0.0')).toBe(0);
  expect(compareVersions('1827.100.14', '1853')).toBeLessThan(0);
  expect(compareVersions('1827.100.14', '1827.99.20')).toBeGreaterThan(0);
  expect(compareVersions('26.10', '26.9')).toBeGreaterThan(0);
});

test('15 is followed by 26', () => {
  expect(generation('26.0') - generation('15.6')).toBe(1);
  expect(generation('27.0') - generation('14.0')).toBe(3);
});

test.each(['', '1.', '1..2', 'a', '1.2-b', '1'.repeat(30)])('%j is no version', (text) => {
  expect(isVersion(text)).toBe(false);
});

test('the latest of several', () => {
  expect(latest(['1810', '1853', '1827.100.14'])).toBe('1853');
  expect(latest([])).toBeUndefined();
});
