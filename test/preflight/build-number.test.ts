import { describe, expect, test } from 'vitest';
import {
  compareBuilds,
  isXcodeSeed,
  macosMajor,
  parseBuild,
} from '../../src/preflight/build-number.ts';

const examples = {
  seed: '21G5027d 22A5266r 22E5219e 23A5257q 24A5264n 24C5073e 25A5279m 25E5207k 25E5218f 26A5353q 26A5378j 26A5388g 26A5406e 26B5086k',
  'security-response': '22E772610a 25D771280a',
  'hardware-spin': '24B2083 24B2091 25D2128 25D2140',
  'release-or-candidate':
    '21G115 22A380 22D68 23A344 24A335 25A354 25G82 25G229 26A428 26A434 25G70 25E243 25A353 24E246 24E247 23A339 22F62 22F63 25F71 22E252',
};

describe('the kind of a build', () => {
  for (const [kind, builds] of Object.entries(examples)) {
    test.each(builds.split(' '))(`%s is ${kind}`, (text) => {
      expect(parseBuild(text)?.kind).toBe(kind);
    });
  }

  test.each([
    '',
    '26A',
    'A428',
    '26a428',
    '26A428ab',
    ' 26A428',
    '26A428\n',
    '126A428',
    '26A1234567',
    '27.0',
  ])('%j is no build number', (text) => {
    expect(parseBuild(text)).toBeUndefined();
  });
});

test.each([
  ['21G115', 12],
  ['24A335', 15],
  ['25A354', 26],
  ['26A428', 27],
  ['27A100', 28],
])('%s is of macOS %d', (text, major) => {
  const build = parseBuild(text);
  expect(build === undefined ? undefined : macosMajor(build)).toBe(major);
});

test('seeds come before the release they lead to', () => {
  const order = [
    '25G82',
    '26A5353q',
    '26A5378j',
    '26A5388g',
    '26A5406e',
    '26A428',
    '26A434',
    '26B5086k',
  ];
  const builds = order.map(parseBuild).filter((each) => each !== undefined);
  expect(
    builds
      .toReversed()
      .sort(compareBuilds)
      .map((each) => each.text),
  ).toEqual(order);
});

test('a release of Xcode may end in a letter', () => {
  expect(isXcodeSeed('27A266a')).toBe(false);
  expect(isXcodeSeed('17F113')).toBe(false);
  expect(isXcodeSeed('27A5194q')).toBe(true);
  expect(isXcodeSeed('nonsense')).toBeUndefined();
});
