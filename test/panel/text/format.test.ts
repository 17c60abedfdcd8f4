import { expect, test } from 'vitest';
import { createFormat } from '../../../src/panel/text/format.ts';
import { wordsFor } from '../../../src/panel/text/text.ts';

const english = createFormat('en-US', 'just now');
const german = createFormat('de-DE', 'gerade eben');

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1536, '1.5 KiB'],
  [1023.9 * 1024 * 1024, '1 GiB'],
  [734_003_200, '700 MiB'],
])('%d bytes are %s', (bytes, words) => {
  expect(english.bytes(bytes)).toBe(words.replace(' ', '\u00a0'));
});

test('numbers and times are those of the language', () => {
  expect(german.bytes(1.5 * 1024 ** 3)).toBe('1,5\u00a0GiB');
  expect(german.ago(0, 3 * 3_600_000)).toBe('vor 3 Stunden');
  expect(english.ago(0, 59_000)).toBe('just now');
  expect(english.ago(0, 86_400_000)).toBe('yesterday');
});

test('what is left is rounded up, and never nothing', () => {
  expect(english.duration(0)).toBe('1\u00a0s');
  expect(english.duration(4100)).toBe('5\u00a0s');
  expect(english.duration(61_000)).toBe('2\u00a0min');
  expect(english.duration(5_400_000)).toBe('1.5\u00a0h');
  expect(english.percent(0.999)).toBe('99%');
});

test('the language is the one that was set, else the first of the system’s that there is', () => {
  expect(wordsFor('de', ['en-US']).text.language).toBe('de');
  expect(wordsFor('system', ['fr-FR', 'de-AT', 'en-GB']).text.language).toBe('de');
  expect(wordsFor('system', ['fr-FR']).text.language).toBe('en');
});
