import { describe, expect, test } from 'vitest';
import type { Hardware, VzHardware } from '../../../src/core/config.ts';
import { bundleAt } from '../../../src/core/library/bundle.ts';
import { describeMachine, leftOut } from '../../../src/drivers/vz/configuration.ts';

const bundle = bundleAt('/library/Guest.torpor');
const folder = { name: 'Shared', path: '/Users/me/Shared', readOnly: true };

const rich: VzHardware = {
  profile: 'full',
  guest: { kind: 'generic', machineIdentifier: 'AAAA' },
  display: { width: 1280, height: 800, pixelsPerInch: 80 },
  audio: 'inputAndOutput',
  clipboard: true,
  rosetta: true,
  sharedFolders: [folder],
  networkDisks: [
    { id: 'net', url: 'nbd://127.0.0.1:10809/disk', readOnly: true, timeoutSeconds: 5 },
  ],
};
const macos: VzHardware = {
  ...rich,
  guest: { kind: 'macos', hardwareModel: 'AAAA', machineIdentifier: 'BBBB' },
};

function hardware(vz: VzHardware, changes: Partial<Hardware> = {}): Hardware {
  return {
    architecture: 'aarch64',
    machineType: 'vz-generic-1',
    cpuModel: 'host',
    cpus: 2,
    memoryMiB: 512,
    boot: vz.guest.kind === 'macos' ? { kind: 'macos' } : { kind: 'uefi' },
    disks: [{ id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false }],
    iso: '/isos/linux.iso',
    network: { kind: 'nat', mac: '02:00:00:00:00:01' },
    display: 'window',
    vz,
    ...changes,
  };
}

describe('the display', () => {
  const shape = (vz: VzHardware, display: Hardware['display']) => {
    const { graphics, keyboards } = describeMachine(bundle, hardware(vz, { display }));
    return { graphics, keyboards };
  };

  test('is there when it is wanted, also on a machine that was made without one', () => {
    expect(shape({ ...rich, display: null }, 'window')).toEqual({
      graphics: { kind: 'virtio', width: 1920, height: 1080 },
      keyboards: ['usb'],
    });
    expect(shape(rich, 'window').graphics).toMatchObject({ width: 1280 });
  });

  test('is away when it is not, but for macOS, which needs one', () => {
    expect(shape(rich, 'none')).toEqual({ graphics: null, keyboards: [] });
    expect(shape(macos, 'none').graphics).toMatchObject({ kind: 'mac', width: 1280 });
  });
});

describe('a Linux guest', () => {
  test('with everything', () => {
    expect(describeMachine(bundle, hardware(rich))).toEqual({
      cpus: 2,
      memoryBytes: 512 * 1024 * 1024,
      platform: { kind: 'generic', machineIdentifier: 'AAAA' },
      bootLoader: { kind: 'efi', variables: '/library/Guest.torpor/firmware/variables.fd' },
      storage: [
        {
          kind: 'image',
          identifier: 'vda',
          path: '/library/Guest.torpor/disks/vda.raw',
          readOnly: false,
          caching: 'cached',
          synchronization: 'full',
        },
        {
          kind: 'network',
          identifier: 'net',
          url: 'nbd://127.0.0.1:10809/disk',
          readOnly: true,
          timeoutSeconds: 5,
          synchronization: 'full',
        },
        { kind: 'usbImage', path: '/isos/linux.iso' },
      ],
      network: { mac: '02:00:00:00:00:01' },
      graphics: { kind: 'virtio', width: 1280, height: 800 },
      keyboards: ['usb'],
      pointers: ['usbScreen'],
      audio: [
        { direction: 'output', end: 'host' },
        { direction: 'input', end: 'host' },
      ],
      serial: true,
      entropy: true,
      balloon: true,
      socket: true,
      clipboard: true,
      shares: [
        { kind: 'folders', tag: 'torpor', folders: [folder] },
        { kind: 'rosetta', tag: 'rosetta' },
      ],
    });
  });

  test('without a display has no input either', () => {
    const headless = describeMachine(bundle, hardware(rich, { display: 'none' }));
    expect(headless).toMatchObject({ graphics: null, keyboards: [], pointers: [] });
  });

  test('that boots a kernel', () => {
    const boot = { kind: 'kernel', kernel: 'boot/Image', initrd: null, commandLine: 'a' } as const;
    expect(describeMachine(bundle, hardware(rich, { boot })).bootLoader).toEqual({
      kind: 'linux',
      kernel: '/library/Guest.torpor/boot/Image',
      initrd: null,
      commandLine: 'a',
    });
  });
});

describe('a macOS guest', () => {
  test('has the Mac’s devices, with USB beside them for older guests', () => {
    expect(describeMachine(bundle, hardware(macos))).toMatchObject({
      platform: {
        kind: 'mac',
        hardwareModel: 'AAAA',
        machineIdentifier: 'BBBB',
        auxiliaryStorage: '/library/Guest.torpor/firmware/variables.fd',
      },
      bootLoader: { kind: 'macos' },
      storage: [{ caching: 'automatic', synchronization: 'full' }, {}, {}],
      graphics: { kind: 'mac', pixelsPerInch: 80 },
      keyboards: ['usb', 'mac'],
      pointers: ['usbScreen', 'macTrackpad'],
      serial: false,
      shares: [{ tag: null }],
    });
  });

  test('that must be saved on macOS 14 has only what that can save', () => {
    const suspendable: VzHardware = { ...macos, profile: 'suspendable' };
    expect(describeMachine(bundle, hardware(suspendable))).toMatchObject({
      keyboards: ['mac'],
      pointers: ['macTrackpad'],
      audio: [{ direction: 'output', end: 'null' }],
      entropy: false,
      balloon: false,
      clipboard: false,
      shares: [],
      socket: true,
    });
    expect(leftOut(hardware(suspendable))?.message).toContain(
      'sound, the shared clipboard, Rosetta, shared folders',
    );
    expect(leftOut(hardware(macos))).toBeUndefined();
    const plain = { ...suspendable, audio: 'none', sharedFolders: [] } as const;
    expect(
      leftOut(hardware({ ...plain, sharedFolders: [], clipboard: false, rosetta: false })),
    ).toBeUndefined();
  });
});

test('the same machine has the same description, to the byte', () => {
  const describe = () => JSON.stringify(describeMachine(bundle, hardware(macos)));
  expect(describe()).toBe(describe());
});

test('a disk id that is too long for the guest’s bus gets a short one', () => {
  const id = 'a-name-that-is-too-long-here';
  const disks = [{ id, path: 'disks/a.raw', format: 'raw', readOnly: false }] as const;
  const [disk] = describeMachine(bundle, hardware(rich, { disks: [...disks] })).storage;
  expect(disk).toMatchObject({ identifier: 'disk-0' });
});

test.each([
  ['a BIOS', hardware(rich, { boot: { kind: 'bios' } }), 'CAPABILITY_MISSING'],
  ['macOS’s boot loader for Linux', hardware(rich, { boot: { kind: 'macos' } }), 'CONFIG_INVALID'],
  ['EFI for macOS', hardware(macos, { boot: { kind: 'uefi' } }), 'CONFIG_INVALID'],
  [
    'a QEMU image',
    hardware(rich, { disks: [{ id: 'a', path: 'a', format: 'qcow2', readOnly: false }] }),
    'CAPABILITY_MISSING',
  ],
])('%s is refused', (_what, refused, code) => {
  expect(() => describeMachine(bundle, refused)).toThrow(expect.objectContaining({ code }));
});
