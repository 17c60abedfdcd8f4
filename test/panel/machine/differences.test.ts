import { expect, test } from 'vitest';
import { wordDifference } from '../../../src/panel/machine/differences.ts';
import { wordsFor } from '../../../src/panel/text/text.ts';

const german = wordsFor('de', ['de-DE']);
const english = wordsFor('en', ['en-US']);

test.each([
  [{ what: 'disk vda', saved: 'present', now: 'missing (/disks/written vda)' }],
  [{ what: 'contents of disk vda', saved: '1024 bytes', now: '0 bytes' }],
  [{ what: 'firmware variables', saved: 'none', now: 'written by hand' }],
])('in another language no English word is left but a path’s: %o', (difference) => {
  const { what, saved, now } = wordDifference(difference, german);
  expect([what, saved, now].join(' ').replace(/\(.*\)/, '')).not.toMatch(
    /disk|present|missing|contents|bytes|firmware v|none|written/,
  );
  expect(wordDifference(difference, english)).toEqual(difference);
});

test('a moment is a date of the reader’s, and a path stays what it is', () => {
  const at = 'written 2026-11-23T18:04:00.000Z';
  const words = wordDifference({ what: 'disk a', saved: at, now: 'missing (/disk x)' }, german);
  expect(words.saved).toMatch(/^geschrieben 2[34]\.11\.2026/);
  expect(words.now).toBe('fehlt (/disk x)');
});
