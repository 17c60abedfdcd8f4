import { expect, test } from 'vitest';
import {
  memoryWords,
  progressWords,
  statusWords,
} from '../../../src/panel/machine/status-words.ts';
import { wordsFor } from '../../../src/panel/text/text.ts';
import { busy, machine, now } from '../support/samples.ts';

const english = wordsFor('en', ['en-US']);
const german = wordsFor('de', ['de-DE']);

test('a status is said with since when, in either language', () => {
  expect(statusWords(machine('A', 'suspended'), now, english)).toBe('Suspended 2 hours ago');
  expect(statusWords(machine('A', 'suspended'), now, german)).toBe('Ruht, vor 2 Stunden gesichert');
  expect(statusWords(machine('A', 'stopped', { lastUsed: 0 }), now, english)).toBe('Never started');
  expect(statusWords(machine('A', 'broken'), now, english)).toBe('Needs attention');
});

test('memory is in use, freed, or what it will take', () => {
  expect(memoryWords(machine('A', 'running'), english)).toBe('2\u00a0GiB of memory in use');
  expect(memoryWords(machine('A', 'suspended'), english)).toBe('2\u00a0GiB of memory freed');
  expect(memoryWords(machine('A', 'stopped'), english)).toBe('2\u00a0GiB of memory');
  expect(memoryWords(machine('A', 'broken', { memoryMiB: null }), english)).toBe('');
});

test('time left is said once it is more than a guess', () => {
  expect(progressWords(busy('A', 'suspending', 0.5), now, english)).toBe(
    '50%, about 3\u00a0s left',
  );
  expect(progressWords(busy('A', 'suspending', 0.5), now - 2500, english)).toBe('50%');
  expect(progressWords(busy('A', 'suspending', 0), now, english)).toBe('0%');
  expect(progressWords(busy('A', 'suspending', 1), now, english)).toBe('100%');
  expect(progressWords(busy('A', 'starting', null), now, english)).toBe('');
});
