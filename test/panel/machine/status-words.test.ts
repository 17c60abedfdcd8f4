import { expect, test } from 'vitest';
import {
  memoryWords,
  progressWords,
  statusWords,
} from '../../../src/panel/machine/status-words.ts';
import { canCancel, upkeepWords } from '../../../src/panel/machine/upkeep.ts';
import { wordsFor } from '../../../src/panel/text/text.ts';
import { busy, kept, machine, now } from '../support/samples.ts';

const english = wordsFor('en', ['en-US']);
const german = wordsFor('de', ['de-DE']);

test('a status is said with since when, in either language', () => {
  expect(statusWords(machine('A', 'suspended'), now, english)).toBe('Suspended 2 hours ago');
  expect(statusWords(machine('A', 'suspended'), now, german)).toBe('Ruht, vor 2 Stunden gesichert');
  expect(statusWords(machine('A', 'stopped', { lastUsed: 0 }), now, english)).toBe('Never started');
  expect(statusWords(machine('A', 'broken'), now, english)).toBe('Needs attention');
});

test('what is done to a saved state is said with how far it is, in either language', () => {
  const [verified, compacted, digested, unpacked] = kept;
  if (!verified || !compacted || !digested || !unpacked) throw new Error('a sample is missing');
  expect(upkeepWords(verified, english)).toBe('Verifying its state… 30%');
  expect(upkeepWords(compacted, german)).toBe('Wird verkleinert … 62\u00a0%');
  expect(upkeepWords(digested, english)).toBe('Reading its disks…');
  expect([verified, compacted, digested, unpacked].map(canCancel)).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(statusWords(unpacked, now, english)).toBe('Unpacking its saved state…');
  expect(upkeepWords(unpacked, english)).toBe('');
  expect(progressWords(unpacked, now, english)).toBe('50%, about 3\u00a0s left');
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
