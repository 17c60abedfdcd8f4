import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchRow } from '../../src/preflight/known-broken/match.ts';
import { shippedTable } from '../../src/preflight/known-broken/table.ts';
import { accessTo, readSituation } from '../../src/preflight/preflight.ts';
import type { Answer } from '../../src/preflight/verdict.ts';
import { type HostSpec, writeHost } from './hosts/describe.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { type GuestSpec, problemsOf, today, verdictOf } from './support/judging.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const mac = (version: string, build: string, mobileDevice: string): HostSpec => ({
  version,
  build,
  mobileDevice,
});

const hosts = {
  '12': mac('12.6', '21G115', '1351'),
  '13': mac('13.7.6', '22H625', '1400'),
  '14': mac('14.6.1', '23G93', '1600'),
  '15.3': mac('15.3.2', '24D81', '1754'),
  '15.6': mac('15.6.1', '24G90', '1774'),
  '15.7.9': mac('15.7.9', '24G900', '1774'),
  '26.0b4': mac('26.0', '25A5316i', '1810'),
  '26.3': mac('26.3.1', '25D2128', '1810'),
  '26.5': mac('26.5.1', '25F80', '1827.100.14'),
  '26.6': mac('26.6.2', '25G82', '1827.100.14'),
  '27': mac('27.0.1', '26A434', '1853'),
  '27.2': mac('27.2', '26B5086k', '1853'),
} as const satisfies Record<string, HostSpec>;

const guests = {
  '12': { version: '12.6.1', build: '21G217' },
  '13.2': { version: '13.2.1', build: '22D68' },
  '13.6': { version: '13.6', build: '22G120' },
  '14': { version: '14.6.1', build: '23G93' },
  '15.6': { version: '15.6.1', build: '24G90' },
  '26.0': { version: '26.0', build: '25A354' },
  '26.4': { version: '26.4', build: '25E246' },
  '26.6': { version: '26.6.2', build: '25G82' },
  '27b1': { version: '27.0', build: '26A5353q' },
  '27b2': { version: '27.0', build: '26A5368g', mobileDevice: '1827.100.14', host: '13.0' },
  '27b3': { version: '27.0', build: '26A5378j' },
  '27b4': { version: '27.0', build: '26A5388g' },
  '27': { version: '27.0', build: '26A428', mobileDevice: '1853', host: '13.0' },
  '27 unstated': { version: '27.0', build: '26A428', mobileDevice: null, host: '13.0' },
  '27.2b1': { version: '27.2', build: '26B5086k' },
  '15.1b1': { version: '15.1', build: '24B5009l' },
  '15.2b1': { version: '15.2', build: '24C5057p' },
  '15.2b2': { version: '15.2', build: '24C5073e' },
} as const satisfies Record<string, GuestSpec>;

type Row = readonly [
  host: keyof typeof hosts,
  deviceSupport: string | undefined,
  guest: keyof typeof guests,
  answer: Answer,
  reasons: readonly string[],
];

const tooOld = 'device-support: fail';
const newer = 'guest-newer: warn';
const broken = 'known-broken: fail';

/** Every pair of the history this is built on; `deviceSupport` is what was installed in addition. */
const rows: readonly Row[] = [
  // macOS 12
  ['12', undefined, '12', 'yes', []],
  ['12', undefined, '13.2', 'no', [tooOld, newer]],
  ['12', '1400', '13.2', 'yes-with-warnings', [newer]],
  ['12', '1400', '13.6', 'no', ['host-version: fail', newer]],
  ['12', '1600', '14', 'no', ['host-version: fail', 'guest-newer: unknown']],
  ['12', '1774', '15.6', 'no', ['host-version: fail', 'guest-newer: unknown']],
  ['12', '1810', '26.0', 'no', ['host-version: fail', 'guest-newer: unknown']],
  ['12', '1853', '27', 'no', ['host-version: fail', 'guest-newer: unknown']],
  // macOS 13
  ['13', undefined, '12', 'yes-with-warnings', ['known-broken: warn']],
  ['13', undefined, '13.6', 'yes', []],
  ['13', undefined, '14', 'no', [tooOld, newer]],
  ['13', '1600', '14', 'yes-with-warnings', [newer]],
  ['13', undefined, '15.6', 'no', [tooOld, newer]],
  ['13', '1774', '15.6', 'yes-with-warnings', [newer]],
  ['13', '1810', '26.0', 'cannot-tell', ['guest-newer: unknown']],
  ['13', '1853', '27', 'cannot-tell', ['guest-newer: unknown']],
  // macOS 14
  ['14', undefined, '13.6', 'yes', []],
  ['14', undefined, '14', 'yes', []],
  ['14', undefined, '15.6', 'no', [tooOld, newer]],
  ['14', '1774', '15.6', 'yes-with-warnings', [newer]],
  ['14', '1810', '26.0', 'cannot-tell', ['guest-newer: unknown']],
  ['14', '1853', '27', 'cannot-tell', ['guest-newer: unknown']],
  // macOS 15
  ['15.6', undefined, '13.6', 'yes', []],
  ['15.6', undefined, '14', 'yes', []],
  ['15.6', undefined, '15.6', 'yes', []],
  ['15.3', undefined, '15.6', 'no', [tooOld, newer]],
  ['15.3', '1774', '15.6', 'yes-with-warnings', [newer]],
  ['15.6', undefined, '26.0', 'no', [tooOld, newer]],
  ['15.6', '1810', '26.0', 'yes-with-warnings', [newer]],
  ['15.7.9', '1853', '27', 'no', [broken, 'guest-newer: fail']],
  [
    '15.7.9',
    undefined,
    '27b1',
    'no',
    [tooOld, broken, 'guest-newer: fail', 'download-access: warn'],
  ],
  // macOS 26
  ['26.0b4', undefined, '12', 'no', [broken, 'guest-much-older: warn']],
  ['26.0b4', undefined, '13.6', 'no', [broken, 'guest-much-older: warn']],
  ['26.0b4', undefined, '14', 'yes', []],
  [
    '26.6',
    undefined,
    '13.6',
    'yes-with-warnings',
    ['known-broken: warn', 'guest-much-older: warn'],
  ],
  ['26.6', undefined, '14', 'yes', []],
  ['26.6', undefined, '15.6', 'yes', []],
  ['26.3', undefined, '26.0', 'yes', []],
  ['26.3', undefined, '26.4', 'no', [tooOld, newer]],
  ['26.3', '1827.100.14', '26.4', 'yes-with-warnings', [newer]],
  ['26.5', undefined, '26.6', 'cannot-tell', ['known-broken: unknown', newer]],
  ['26.6', undefined, '26.6', 'yes-with-warnings', ['known-broken: warn']],
  ['26.5', undefined, '27b1', 'no', [broken, newer, 'download-access: warn']],
  // Device support of the first Xcode 27 beta on 26.5: everything fails.
  ['26.5', '1840', '27b1', 'no', [broken, newer, 'download-access: warn']],
  ['26.5', '1840', '26.4', 'no', [broken]],
  ['26.5', '1840', '15.6', 'no', [broken]],
  ['26.6', '1840', '15.6', 'yes', []],
  ['26.6', undefined, '27b2', 'no', [broken, newer, 'download-access: warn']],
  ['26.6', '1840', '27b2', 'yes-with-warnings', [newer, 'download-access: warn']],
  [
    '26.5',
    '1853',
    '27b3',
    'yes-with-warnings',
    ['known-broken: warn', newer, 'download-access: warn'],
  ],
  ['26.6', undefined, '27b4', 'no', [tooOld, broken, newer, 'download-access: warn']],
  ['26.6', '1853', '27b4', 'yes-with-warnings', [newer, 'download-access: warn']],
  ['26.6', undefined, '27', 'no', [tooOld, broken, newer]],
  ['26.6', '1853', '27', 'yes-with-warnings', [newer]],
  [
    '26.6',
    undefined,
    '27 unstated',
    'no',
    [
      'xcode-never-opened: pass',
      'device-support-undone: unknown',
      'device-support: unknown',
      broken,
      newer,
    ],
  ],
  ['26.6', '1853', '27.2b1', 'yes-with-warnings', [newer, 'download-access: warn']],
  // macOS 27
  ['27', undefined, '27', 'yes', []],
  ['27.2', undefined, '27', 'yes', []],
  ['27', undefined, '26.6', 'yes-with-warnings', ['known-broken: warn', 'guest-much-older: warn']],
  ['27', undefined, '15.6', 'yes-with-warnings', ['guest-much-older: warn']],
  ['27', undefined, '14', 'cannot-tell', ['guest-much-older: unknown']],
  ['27', undefined, '13.6', 'cannot-tell', ['known-broken: warn', 'guest-much-older: unknown']],
  // Not signed by Apple, whatever the host
  ['15.6', undefined, '15.1b1', 'no', [broken, 'download-access: warn']],
  ['15.6', undefined, '15.2b1', 'no', [broken, 'download-access: warn']],
  ['15.6', undefined, '15.2b2', 'yes-with-warnings', ['download-access: warn']],
];

describe('hosts and guests', () => {
  test.each(rows)('macOS %s with %s, guest %s: %s', async (host, extra, guest, answer, reasons) => {
    const spec: HostSpec = { ...hosts[host], updatedMobileDevice: extra };
    const report = await verdictOf(folder.path, spec, guests[guest]);
    expect(problemsOf(report)).toEqual(reasons.filter((each) => !each.endsWith(': pass')));
    expect(report.verdict.answer).toBe(answer);
    expect(report.verdict.sentence.length).toBeGreaterThan(20);
    for (const result of report.verdict.results) {
      if (result.outcome === 'fail') expect(result.remedy?.steps.length).toBeGreaterThan(0);
    }
  });
});

describe('what nobody has seen yet does not pass', () => {
  const next: GuestSpec = {
    version: '28.0',
    build: '27A5300a',
    mobileDevice: '1853',
    host: '13.0',
  };

  test('a macOS of next year on this year’s Mac, though its own demands are met', async () => {
    const report = await verdictOf(folder.path, { ...hosts['27'] }, next);
    expect(report.verdict.answer).toBe('cannot-tell');
    expect(problemsOf(report)).toContain('known-broken: unknown');
    expect(report.verdict.results.find((each) => each.id === 'device-support')?.outcome).toBe(
      'pass',
    );
  });

  test('this year’s macOS on a Mac of next year', async () => {
    const host = mac('28.0', '27A5300a', '1900');
    const report = await verdictOf(folder.path, host, guests['27']);
    expect(report.verdict.answer).toBe('cannot-tell');
  });

  test('a minor version beyond the record on an older Mac', async () => {
    const guest: GuestSpec = {
      version: '27.4',
      build: '26E200',
      mobileDevice: '1853',
      host: '13.0',
    };
    expect((await verdictOf(folder.path, hosts['27'], guest)).verdict.answer).toBe('cannot-tell');
    const same = mac('27.4', '26E200', '1870');
    expect((await verdictOf(folder.path, same, guest)).verdict.answer).toBe('yes');
  });
});

test('every row that ships is met by one of these pairs, or by a test of its own', async () => {
  const elsewhere = [
    'xcode-27-beta-on-26-5',
    'signing-server-blocked',
    'made-on-newer-host',
    'missing-entitlement',
  ];
  const met = new Set<string>();
  for (const [host, extra, guest] of rows) {
    const spec: HostSpec = { ...hosts[host], updatedMobileDevice: extra };
    const root = await writeHost(folder.at(`${host}-${extra}-${guest}`), spec);
    const situation = await readSituation(await accessTo(root), { libraryPath: '/' });
    for (const row of situation.table.rows) {
      if (matchRow(row, guests[guest], situation.host, today) === 'yes') met.add(row.id);
    }
  }
  const ids = shippedTable().rows.map((row) => row.id);
  expect(ids.filter((id) => !met.has(id))).toEqual(elsewhere);
});
