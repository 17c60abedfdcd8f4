import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/preflight/checks/check.ts';
import type { PreflightOptions } from '../../src/preflight/preflight.ts';
import type { HostSpec } from './hosts/describe.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { type GuestSpec, imageOf, problemsOf, verdictOf } from './support/judging.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const fifteen: HostSpec = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
const same: GuestSpec = { version: '15.6.1', build: '24G90' };
const newer: GuestSpec = { version: '26.0', build: '25A354' };

async function check(
  id: string,
  host: HostSpec,
  guest: GuestSpec = same,
  more: Partial<PreflightOptions> = {},
): Promise<CheckResult> {
  const { verdict } = await verdictOf(folder.path, host, guest, more);
  const result = verdict.results.find((each) => each.id === id);
  if (result === undefined) throw new Error(`there is no ${id}`);
  return result;
}

describe('the whole', () => {
  test('is a plain yes when everything is known and right', async () => {
    const { verdict } = await verdictOf(folder.path, fifteen, same);
    expect(verdict).toMatchObject({ answer: 'yes', todo: [], alternatives: [] });
    expect(verdict.sentence).toBe('This Mac has everything that macOS 15.6.1 (24G90) asks for.');
  });

  test.each([
    ['macOS version', { ...fifteen, version: undefined }],
    ['device support', { ...fifteen, mobileDevice: undefined }],
    ['architecture', { ...fifteen, silent: ['sysctl -n hw.optional.arm64'] }],
    ['virtualization', { ...fifteen, sysctl: { 'kern.hv_support': 'nonsense' } }],
    ['CPUs', { ...fifteen, silent: ['sysctl -n hw.ncpu'] }],
    ['memory', { ...fifteen, silent: ['sysctl -n hw.memsize'] }],
    ['free space', { ...fifteen, freeSpace: undefined }],
    ['running machines', { ...fifteen, silent: ['ps -axo comm='] }],
  ])('is never a yes when %s cannot be read', async (_, host: HostSpec) => {
    const { verdict } = await verdictOf(folder.path, host, same);
    expect(verdict.answer).toBe('cannot-tell');
    expect(verdict.sentence).toMatch(/^Torpor cannot tell whether this Mac can install/);
  });

  test.each([
    ['device support', { ...same, mobileDevice: null }],
    ['a host version', { ...same, host: null }],
  ])('is never a yes when the image does not state %s', async (_, guest: GuestSpec) => {
    expect((await verdictOf(folder.path, fifteen, guest)).verdict.answer).toBe('cannot-tell');
  });

  test('is never a yes when a fact file is garbage', async () => {
    const host = { ...fifteen, mobileDevice: 'seventeen' };
    expect((await verdictOf(folder.path, host, same)).verdict.answer).toBe('cannot-tell');
  });

  test('names what to do in order, with one way as the first and others beside it', async () => {
    const { verdict } = await verdictOf(folder.path, fifteen, newer);
    expect(verdict.todo.map((step) => step.text.split(' ')[0])).toEqual([
      'Download',
      'Restart',
      'Then',
    ]);
    expect(verdict.restart).toBe(true);
    expect(verdict.todo[0]?.button?.action).toMatchObject({ kind: 'open-address' });
    expect(verdict.alternatives.map((step) => step.text).join('\n')).toMatch(
      /Install Xcode 26[\s\S]*Update this Mac to macOS 26.0[\s\S]*upgrade it to macOS 26.0/,
    );
  });
});

describe('the image', () => {
  test('for something else ends the checking at once', async () => {
    const phone: GuestSpec = {
      version: '26.1',
      build: '23B85',
      forVms: false,
      device: 'an iPhone',
    };
    const { verdict } = await verdictOf(folder.path, fifteen, phone);
    expect(verdict.results).toHaveLength(1);
    expect(verdict.sentence).toMatch(/This image is for an iPhone/);
    expect(verdict.todo[0]?.button?.action.kind).toBe('choose-image');
  });
});

describe('the computer', () => {
  test('that runs Linux is told so, and nothing else is asked of it', async () => {
    const { verdict } = await verdictOf(folder.path, { platform: 'linux' }, same);
    expect(verdict.answer).toBe('no');
    expect(verdict.sentence).toMatch(
      /runs Linux\. macOS machines can be installed and run on Macs/,
    );
    expect(verdict.results.map((each) => each.id)).toEqual([
      'image-is-for-vms',
      'host-architecture',
    ]);
  });

  test.each([
    ['Intel', { 'hw.optional.arm64': null }, /Intel/],
    ['without a hypervisor', { 'kern.hv_support': '0' }, /cannot run virtual machines/],
    ['in a virtual machine', { 'kern.hv_vmm_present': '1' }, /inside another/],
  ])('%s fails', async (_, sysctl, sentence) => {
    const result = await check('host-architecture', { ...fifteen, sysctl });
    expect(result).toMatchObject({ outcome: 'fail' });
    expect(result.sentence).toMatch(sentence);
  });

  test('older than macOS 12 fails', async () => {
    const host = { ...fifteen, version: '11.6', build: '20G165' };
    expect((await check('host-version', host)).sentence).toMatch(/need macOS 12 or later/);
  });
});

describe('device support', () => {
  test('says what was compared with what, from where', async () => {
    const result = await check('device-support', fifteen, newer);
    expect(result.outcome).toBe('fail');
    expect(result.evidence).toEqual([
      {
        what: 'device support (MobileDevice.framework)',
        found: '1774',
        needed: '1810 or later',
        source: expect.stringMatching(/^CFBundleVersion in \/System\/Library.*Info\.plist; test$/),
      },
    ]);
  });

  test('of an update is taken before the one of macOS itself', async () => {
    const host = { ...fifteen, updatedMobileDevice: '1810.1' };
    const result = await check('device-support', host, newer);
    expect(result.outcome).toBe('pass');
    expect(result.evidence[0]?.source).toMatch(/\/Library\/Apple\//);
  });

  test('that a receipt promises is not believed: the framework is', async () => {
    const host = { ...fifteen, receiptAt: '2026-06-10T00:00:00Z' };
    expect((await check('device-support', host, newer)).outcome).toBe('fail');
  });

  test('that an update of macOS undid is said to be so', async () => {
    const host: HostSpec = {
      ...fifteen,
      version: '15.7.5',
      receiptAt: '2025-09-20T10:00:00Z',
      updates: [
        ['macOS 15.7.5', '2026-03-02T08:00:00Z'],
        ['macOS 15.6.1', '2025-08-20T08:00:00Z'],
        ['Safari', '2026-09-02T08:00:00Z'],
      ],
    };
    const result = await check('device-support-undone', host, newer);
    expect(result.outcome).toBe('fail');
    expect(result.sentence).toMatch(
      /installed on this Mac on 2025-09-20.*update of macOS on 2026-03-02/,
    );
    const { verdict } = await verdictOf(folder.path, host, newer);
    expect(verdict.sentence).toMatch(/put an older one back/);
    const later = { ...host, receiptAt: '2026-04-01T00:00:00Z' };
    expect((await check('device-support-undone', later, newer)).outcome).toBe('pass');
  });
});

describe('Xcode', () => {
  const xcode = { version: '26.0', build: '17A324', opened: false as boolean | undefined };

  test('that was never opened is the reason, and opening it the remedy', async () => {
    const host = { ...fifteen, xcodes: [{ ...xcode, name: 'Xcode New' }] };
    const { verdict } = await verdictOf(folder.path, host, newer);
    expect(verdict.sentence).toMatch(/Xcode 26.0 was never opened since it was installed/);
    expect(verdict.todo[0]).toEqual({
      text: 'Open Xcode 26.0 once and let it install its components. Nothing else needs to be done in it.',
      command:
        "sudo env DEVELOPER_DIR='/Applications/Xcode New.app/Contents/Developer' xcodebuild -runFirstLaunch",
      button: {
        label: 'Open Xcode',
        action: { kind: 'open-app', path: '/Applications/Xcode New.app' },
      },
    });
    expect(verdict.todo).toHaveLength(2);
    expect(verdict.restart).toBe(false);
  });

  test('that was never opened does not matter when device support is new enough', async () => {
    const host = { ...fifteen, updatedMobileDevice: '1810', xcodes: [xcode] };
    expect((await check('xcode-never-opened', host, newer)).outcome).toBe('pass');
  });

  test('that is too old for the image is not offered', async () => {
    const host = { ...fifteen, xcodes: [{ ...xcode, version: '16.4', build: '16F6' }] };
    expect((await check('xcode-never-opened', host, newer)).outcome).toBe('pass');
  });

  test('that does not answer leaves it unknown', async () => {
    const host = { ...fifteen, xcodes: [{ ...xcode, opened: undefined }] };
    expect((await check('xcode-never-opened', host, newer)).outcome).toBe('unknown');
  });

  test('that was opened and still leaves device support too old needs a newer one', async () => {
    const host = { ...fifteen, xcodes: [{ ...xcode, opened: true }] };
    expect((await check('xcode-never-opened', host, newer)).outcome).toBe('pass');
    expect((await check('device-support', host, newer)).outcome).toBe('fail');
  });
});

describe('resources', () => {
  test.each([
    ['too little memory in the Mac', { sysctl: { 'hw.memsize': String(2 * 1024 ** 3) } }, {}],
    ['too few CPUs in the Mac', { sysctl: { 'hw.ncpu': '1' } }, {}],
    ['too little memory in the plan', {}, { memoryMiB: 2048 }],
    ['too few CPUs in the plan', {}, { cpus: 1 }],
  ])('%s', async (_, host, plan) => {
    const result = await check('cpus-and-memory', { ...fifteen, ...host }, same, { plan });
    expect(result.outcome).toBe('fail');
  });

  test('space is counted for image, disk and saved states together', async () => {
    const plan = { imageIsLocal: false, diskBytes: 60e9, savedStateBytes: 10e9 };
    const with89 = await check('disk-space', { ...fifteen, freeSpace: 89e9 }, same, { plan });
    expect(with89.outcome).toBe('fail');
    expect(with89.sentence).toMatch(
      /90 GB are needed \(image 20 GB, disk 60 GB, saved states 10 GB\), and 89 GB are free/,
    );
    expect(
      (await check('disk-space', { ...fifteen, freeSpace: 90e9 }, same, { plan })).outcome,
    ).toBe('pass');
    const local = { plan: { ...plan, imageIsLocal: true } };
    expect((await check('disk-space', { ...fifteen, freeSpace: 71e9 }, same, local)).outcome).toBe(
      'pass',
    );
  });

  test('a disk that is smaller than macOS fails', async () => {
    const result = await check('disk-space', fifteen, same, { plan: { diskBytes: 10e9 } });
    expect(result.sentence).toMatch(/macOS alone takes 12 GB/);
  });
});

describe('running machines', () => {
  test.each([
    [0, 'pass'],
    [1, 'pass'],
    [2, 'unknown'],
    [3, 'unknown'],
  ])('%d give %s', async (runningGuests, outcome) => {
    expect((await check('guest-limit', { ...fifteen, runningGuests })).outcome).toBe(outcome);
  });
});

describe('the signing server', () => {
  test('is asked only when somebody wants it', async () => {
    const { verdict } = await verdictOf(folder.path, { ...fifteen, signing: null }, same);
    expect(verdict.results.some((each) => each.id === 'signing-server')).toBe(false);
    expect(verdict.answer).toBe('yes');
  });

  test.each([
    [405, 'pass'],
    [null, 'fail'],
    [407, 'fail'],
    [401, 'fail'],
  ])('that answers %s gives %s', async (signing, outcome) => {
    const more = { askSigningServer: true };
    const result = await check('signing-server', { ...fifteen, signing }, same, more);
    expect(result.outcome).toBe(outcome);
    const report = await verdictOf(folder.path, { ...fifteen, signing }, same, more);
    expect(problemsOf(report).includes('known-broken: fail')).toBe(outcome === 'fail');
  });
});

test('a prerelease needs access to Apple’s pages, and says so', async () => {
  const guest: GuestSpec = { version: '26.4', build: '25E5218f' };
  const result = await check('download-access', fifteen, guest);
  expect(result).toMatchObject({ outcome: 'warn' });
  expect(result.sentence).toMatch(
    /macOS will offer to update the device support and then find nothing/,
  );
  expect((await check('download-access', fifteen, { ...same, build: 'strange' })).outcome).toBe(
    'unknown',
  );
});

test('a build number of a release’s form is not taken for certain, Apple’s list is', async () => {
  const result = await check('download-access', fifteen);
  expect(result).toMatchObject({ outcome: 'pass' });
  expect(result.sentence).toMatch(/or of a release candidate/);
  const spin = await check('download-access', fifteen, { version: '15.1', build: '24B2083' });
  expect(spin.sentence).toBe('The image has the build number of a release.');
  const listed = { ...imageOf(same), listedAsRelease: true };
  const { verdict } = await verdictOf(folder.path, fifteen, listed);
  expect(verdict.results.find((each) => each.id === 'download-access')?.sentence).toBe(
    'Apple lists the image as a release.',
  );
});
