import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import bplistCreator from 'bplist-creator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostAccess } from '../../../src/preflight/host/access.ts';
import { type HostFacts, readHostFacts } from '../../../src/preflight/host/facts.ts';
import { describedHost } from '../../../src/preflight/host/fixture.ts';
import { liveHost } from '../../../src/preflight/host/live.ts';
import { deviceSupportOutlook } from '../../../src/preflight/outlook.ts';
import { type HostSpec, writeHost } from '../hosts/describe.ts';
import { type Folder, makeFolder } from '../support/folder.ts';

let folder: Folder;
let nth = 0;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const fifteen: HostSpec = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
const options = { libraryPath: '/Users/me' };

async function written(spec: HostSpec): Promise<string> {
  nth += 1;
  return await writeHost(folder.at(`host-${nth}`), spec);
}

async function factsOf(spec: HostSpec, asked = false): Promise<HostFacts> {
  const access = await describedHost(await written(spec));
  return await readHostFacts(access, { ...options, askSigningServer: asked });
}

test('everything about a Mac, each with where it was read', async () => {
  const facts = await factsOf(
    {
      ...fifteen,
      updatedMobileDevice: '1810',
      xcodes: [
        { version: '26.0', build: '17A324', opened: true },
        { name: 'Xcode-beta', version: '27.0', build: '27A5194q', opened: false },
      ],
      receiptAt: '2025-09-20T10:00:00Z',
      updates: [['macOS 15.6.1', '2025-08-20T08:00:00Z']],
      runningGuests: 1,
    },
    true,
  );
  expect(facts).toMatchObject({
    macos: {
      value: { version: '15.6.1', build: '24G90' },
      source: '/System/Library/CoreServices/SystemVersion.plist',
    },
    hardware: {
      appleSilicon: { value: true, source: 'sysctl hw.optional.arm64' },
      virtualization: { value: true },
      inVirtualMachine: { value: false },
      cpus: { value: 10 },
      memoryBytes: { value: 32 * 2 ** 30 },
    },
    mobileDevice: { value: '1810', source: expect.stringContaining('/Library/Apple/System') },
    xcodes: {
      value: [
        { path: '/Applications/Xcode-beta.app', prerelease: true, firstLaunch: { value: false } },
        {
          path: '/Applications/Xcode.app',
          version: '26.0',
          build: '17A324',
          prerelease: false,
          firstLaunch: { value: true },
        },
      ],
    },
    deviceSupportReceipt: { value: { installedAt: new Date('2025-09-20T10:00:00Z') } },
    lastUpdate: { value: { name: 'macOS 15.6.1' } },
    runningGuests: { value: 1, source: 'ps -axo comm=' },
    freeSpace: { value: 500e9 },
    signing: { value: { reachable: true } },
  });
});

test('lists may be binary, as Xcode’s are', async () => {
  const root = await written(fifteen);
  const path = join(root, 'System/Library/CoreServices/SystemVersion.plist');
  await writeFile(path, bplistCreator({ ProductVersion: '15.7', ProductBuildVersion: '24G222' }));
  const facts = await readHostFacts(await describedHost(root), options);
  expect(facts.macos).toMatchObject({ value: { version: '15.7', build: '24G222' } });
});

describe('what cannot be read is unknown, with the reason, and no error', () => {
  test.each([
    ['a missing file', undefined],
    ['garbage', 'not a list'],
    ['an empty file', ''],
    ['a list without the version', '<plist><dict/></plist>'],
    [
      'a version that is none',
      '<plist><dict><key>CFBundleVersion</key><string>new</string></dict></plist>',
    ],
    ['a huge file', ' '.repeat(5 << 20)],
  ])('%s', async (_, content) => {
    const root = await written({ ...fifteen, mobileDevice: undefined });
    const place = join(
      root,
      'System/Library/PrivateFrameworks/MobileDevice.framework/Versions/A/Resources',
    );
    await mkdir(place, { recursive: true });
    if (content !== undefined) await writeFile(join(place, 'Info.plist'), content);
    const { mobileDevice } = await readHostFacts(await describedHost(root), options);
    expect(mobileDevice).toMatchObject({ known: false, reason: expect.stringMatching(/./) });
  });

  test('a list that is a folder, and one that links to itself', async () => {
    const root = await written({ ...fifteen, version: undefined });
    await mkdir(join(root, 'System/Library/CoreServices/SystemVersion.plist'), { recursive: true });
    await symlink('loop', join(root, 'loop'));
    const access = await describedHost(root);
    expect((await readHostFacts(access, options)).macos.known).toBe(false);
    await expect(access.readFile('/loop', 10)).rejects.toThrow();
  });

  test('commands that give no answer', async () => {
    const silent = [
      'ps -axo comm=',
      'pkgutil --pkg-info com.apple.pkg.MobileDevice',
      'sysctl -n hw.ncpu',
    ];
    const facts = await factsOf({ ...fifteen, silent });
    expect(facts.runningGuests).toMatchObject({ known: false, reason: 'ps gave no answer' });
    expect(facts.deviceSupportReceipt.known).toBe(false);
    expect(facts.hardware.cpus.known).toBe(false);
  });

  test('an access that fails at everything', async () => {
    const fail = async (): Promise<never> => {
      throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
    };
    const access: HostAccess = {
      description: 'a locked Mac',
      platform: 'darwin',
      readFile: fail,
      list: fail,
      run: fail,
      freeSpace: fail,
      reach: fail,
    };
    const facts = await readHostFacts(access, { ...options, askSigningServer: true });
    for (const fact of [
      facts.macos,
      facts.mobileDevice,
      facts.xcodes,
      facts.runningGuests,
      facts.freeSpace,
      facts.signing,
      facts.lastUpdate,
    ]) {
      expect(fact).toMatchObject({ known: false, reason: 'operation not permitted' });
    }
  });
});

describe('a described host', () => {
  test('cannot be read outside its folder', async () => {
    const root = await written(fifteen);
    await writeFile(folder.at('secret'), 'x');
    const access = await describedHost(root);
    expect(await access.readFile('/../secret', 100)).toBeUndefined();
    expect(await access.list('/../..')).toEqual(await access.list('/'));
  });

  test.each(['{', '{"commands": 5}', '{"unknown": true}'])(
    'whose host.json is %s is refused',
    async (text) => {
      const root = folder.at('bad-host');
      await mkdir(root, { recursive: true });
      await writeFile(join(root, 'host.json'), text);
      await expect(describedHost(root)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );
});

describe('this computer', () => {
  test('answers every question without failing', async () => {
    const facts = await readHostFacts(liveHost(), { libraryPath: folder.at('not/yet/there') });
    expect(facts.freeSpace).toMatchObject({ known: true });
    if (process.platform === 'darwin') return;
    expect(facts.macos).toMatchObject({ known: false, reason: 'this computer does not run macOS' });
    expect(facts.hardware.appleSilicon.known).toBe(false);
  });

  test('runs commands of the system only, and survives those that are missing or fail', async () => {
    const host = liveHost();
    expect(await host.run('true', [])).toEqual({ code: 0, output: '' });
    expect(await host.run('false', [])).toMatchObject({ code: 1 });
    expect(await host.run('no-such-command-anywhere', [])).toBeUndefined();
  });
});

describe('the outlook', () => {
  const undone: HostSpec = {
    ...fifteen,
    version: '15.7.5',
    receiptAt: '2025-09-20T10:00:00Z',
    updates: [['macOS 15.7.5', '2026-03-02T08:00:00Z']],
  };

  test('warns when an update took device support away', async () => {
    expect(deviceSupportOutlook(await factsOf(undone))?.sentence).toMatch(
      /update of macOS on 2026-03-02 removed the device support.*machines go on running/,
    );
  });

  test.each([
    ['device support is still there', { ...undone, updatedMobileDevice: '1810' }],
    ['it was installed after the update', { ...undone, receiptAt: '2026-04-01T00:00:00Z' }],
    ['it was never installed', { ...undone, receiptAt: undefined }],
    ['it cannot be read', { ...undone, mobileDevice: undefined }],
  ])('is silent when %s', async (_, spec) => {
    const { receiptAt, ...rest } = spec;
    const facts = await factsOf(receiptAt === undefined ? rest : { ...rest, receiptAt });
    expect(deviceSupportOutlook(facts)).toBeUndefined();
  });
});
