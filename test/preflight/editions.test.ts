import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/preflight/explain/explain.ts';
import { parseFrameworkError } from '../../src/preflight/explain/framework-error.ts';
import { shippedTable } from '../../src/preflight/known-broken/table.ts';
import { knownBuilds } from '../../src/preflight/known-images.ts';
import { deviceSupportOutlook } from '../../src/preflight/outlook.ts';
import { unsayable, wordsFor } from '../../src/preflight/phrases.ts';
import {
  accessTo,
  judgeImage,
  readSituation,
  type Situation,
} from '../../src/preflight/preflight.ts';
import { type HostSpec, writeHost } from './hosts/describe.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { imageOf } from './support/judging.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const unreleasedXcode = { name: 'Xcode-beta', version: '27.0', build: '27A5194q' };
const hosts: readonly HostSpec[] = [
  { platform: 'linux' },
  { version: '12.6', build: '21G115', mobileDevice: '1351' },
  { version: '13.7.6', build: '22H625', mobileDevice: '1400', freeSpace: 1e9, runningGuests: 2 },
  { version: '15.7.9', build: '24G900', mobileDevice: '1774', updatedMobileDevice: '1853' },
  { version: '26.0', build: '25A5316i', mobileDevice: '1810' },
  { version: '26.5.1', build: '25F80', mobileDevice: '1827.100.14', updatedMobileDevice: '1840' },
  {
    version: '26.5.1',
    build: '25F80',
    mobileDevice: '1827.100.14',
    xcodes: [{ ...unreleasedXcode, opened: true }],
  },
  {
    version: '26.6.2',
    build: '25G82',
    mobileDevice: '1827.100.14',
    xcodes: [{ ...unreleasedXcode, opened: false }],
  },
  {
    version: '26.6.2',
    build: '25G82',
    mobileDevice: '1827.100.14',
    receiptAt: '2026-06-10T00:00:00Z',
    updates: [['macOS 26.6.2', '2026-08-20T00:00:00Z']],
    signing: null,
  },
  { version: '27.0', build: '26A5353q', mobileDevice: '1853' },
  { version: '28.0', build: '27A5300a', mobileDevice: '1900' },
  { silent: ['sysctl -n hw.optional.arm64', 'ps -axo comm='] },
];

const images = [
  ...knownBuilds().map((each) => imageOf(each)),
  imageOf({ version: '27.0', build: '26A428', mobileDevice: '1853', host: '27.0' }),
  imageOf({ version: '28.0', build: '27A5300a', mobileDevice: '1900', host: '27.5' }),
  imageOf({ version: '27.3', build: '26D60', mobileDevice: null, host: null }),
  imageOf({ version: '26.0', build: 'strange' }),
  imageOf({ version: '26.1', build: '23B85', forVms: false, device: 'an iPhone' }),
];

const errors = [
  '1',
  '2',
  '3',
  '5',
  '6',
  '8',
  '11',
  '12',
  '10001',
  '10003',
  '10004',
  '10005',
  '10006',
  '10007',
  '4711',
  'Error Domain=VZErrorDomain Code=10007 failed with error: 10',
  'Error Domain=VZErrorDomain Code=10007 failed with error: 11',
  'Error Domain=VZErrorDomain Code=10007 tss_submit_job',
  'Unsupported "hardwareModel"',
  'Unable to connect to installation service',
];

/** Everything a person can read, at any depth. Buttons carry paths, which nobody reads. */
function sentencesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(sentencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'action' ? [] : sentencesIn(inner),
  );
}

async function allSentences(
  edition: 'direct' | 'app-store',
  released: string,
): Promise<Set<string>> {
  const sentences = new Set<string>();
  for (const [index, spec] of hosts.entries()) {
    const root = await writeHost(folder.at(`${edition}-${released}-${index}`), spec);
    const options = {
      libraryPath: '/',
      edition,
      now: new Date('2026-11-24'),
      askSigningServer: true,
    };
    const read = await readSituation(await accessTo(root), options);
    const situation: Situation = {
      host: { ...read.host, description: 'this computer' },
      table: { ...read.table, coverage: { ...read.table.coverage, released } },
    };
    const words = wordsFor(edition, released);
    for (const image of images) {
      const { verdict } = judgeImage(image, situation, options);
      for (const each of sentencesIn(verdict)) sentences.add(each);
      for (const text of errors) {
        const explained = explain(parseFrameworkError(text), { ...situation, image, words });
        for (const each of sentencesIn(explained)) sentences.add(each);
      }
    }
    for (const each of sentencesIn(deviceSupportOutlook(situation.host))) sentences.add(each);
  }
  for (const row of shippedTable().rows) {
    const words = wordsFor(edition, released);
    for (const texts of [row.effect, ...row.remedy.map((step) => step.text)]) {
      sentences.add(words.choose(texts));
    }
  }
  return sentences;
}

describe('the edition of the Mac App Store', () => {
  test('names no prerelease software in any sentence, and no version that is not out', async () => {
    const sentences = await allSentences('app-store', '26.6.2');
    expect(sentences.size).toBeGreaterThan(300);
    const wrong = [...sentences].filter(
      (each) =>
        unsayable.test(each) ||
        /\b(macOS|Xcode) ?(26\.[7-9]|27|28)|\b2[78]\.\d|\b2[67][A-Z]\d/.test(each),
    );
    // These rows speak of releases: when they are not out yet, a table of that day has no such rows.
    const released = shippedTable().rows.filter((row) =>
      ['27-0-without-device-support', 'upgrade-26-6-2-to-26-7'].includes(row.id),
    );
    const exempt = released
      .flatMap((row) => [row.effect, ...row.remedy.map((step) => step.text)])
      .map((texts) => texts.appStore);
    expect(wrong.filter((each) => !exempt.some((text) => each.includes(text)))).toEqual([]);
  });

  test('still says what to install', async () => {
    const root = await writeHost(folder.at('advice'), hosts[7] ?? {});
    const options = {
      libraryPath: '/',
      edition: 'app-store' as const,
      now: new Date('2026-07-24'),
    };
    const situation = await readSituation(await accessTo(root), options);
    const { verdict } = judgeImage(
      imageOf({ version: '27.0', build: '26A5388g' }),
      situation,
      options,
    );
    expect(verdict.answer).toBe('no');
    const all = [...verdict.todo, ...verdict.alternatives].map((step) => step.text).join('\n');
    expect(all).toMatch(/Open the newest Xcode on this Mac once/);
    expect(all).toMatch(
      /Download the Device Support package for the macOS in this image from developer\.apple\.com/,
    );
  });

  test('names released versions as plainly as the other edition', () => {
    const image = { version: '15.6.1', build: '24G90', kind: 'release-or-candidate' } as const;
    expect(wordsFor('app-store', '26.6.2').guest(image)).toBe('macOS 15.6.1 (24G90)');
    const later = { ...image, version: '26.7', build: '25G229' };
    expect(wordsFor('app-store', '26.6.2').guest(later)).not.toMatch(/26\.7/);
    const listed = { ...later, listedAsRelease: true };
    expect(wordsFor('app-store', '26.6.2').guest(listed)).toBe('macOS 26.7 (25G229)');
  });
});

test('the direct edition says beta where it is one', async () => {
  const sentences = [...(await allSentences('direct', '27.0.1'))].join('\n');
  expect(sentences).toMatch(/macOS 27.0 beta \(26A5353q\)/);
  expect(sentences).toMatch(/“Device Support for macOS 27 beta”/);
});

test('no sentence of the source names prerelease software outside the table of phrases', async () => {
  const root = new URL('../../src/', import.meta.url).pathname;
  const files = (await readdir(root, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  expect(files).toContain('panel/text/de-windows.ts');
  for (const name of files) {
    if (name === 'preflight/phrases.ts') continue;
    const text = await readFile(join(root, name), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
    const literals = code.replaceAll(/\$\{[^}]*\}/g, '…').match(/'[^'\n]*'|`[^`]*`/g) ?? [];
    const found = literals.filter(
      (each) =>
        / /.test(each) && unsayable.test(each) && !/must not name|must be a build/.test(each),
    );
    expect(found, name).toEqual([]);
  }
});
