import type { Hardware, VzHardware } from '../../core/config.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import { type Bundle, resolveInBundle } from '../../core/library/bundle.ts';
import type {
  AudioStream,
  BootLoader,
  Graphics,
  MachineDescription,
  Platform,
  Share,
  StorageDevice,
} from './native-interface.ts';

type Devices = Omit<MachineDescription, 'platform' | 'bootLoader' | 'storage'>;

/** What a machine that says nothing else is shown with. */
export const fullHd = { width: 1920, height: 1080, pixelsPerInch: 80 } as const;

/** Guests see it as the disk's serial number; the framework raises for a longer one. */
const longestIdentifier = 20;

/**
 * What the framework is told of a machine. Pure: the same machine has the same description at every
 * boot and restore, which is what a saved state depends on. Throws CAPABILITY_MISSING for what the
 * framework has not.
 */
export function describeMachine(bundle: Bundle, hardware: Hardware): MachineDescription {
  return {
    ...describeDevices(hardware),
    platform: platform(hardware, bundle.files.firmwareVariables),
    bootLoader: bootLoader(bundle, hardware),
    storage: storage(bundle, hardware),
  };
}

/** As describeMachine, of a machine that has no files yet: enough to ask what can be saved. */
export function describeWithoutFiles(hardware: Hardware): MachineDescription {
  const isMac = vzOf(hardware).guest.kind === 'macos';
  return {
    ...describeDevices(hardware),
    platform: platform(hardware, null),
    bootLoader: isMac ? { kind: 'macos' } : { kind: 'efi', variables: null },
    storage: [],
  };
}

/** The part of the hardware that is the framework's own; CONFIG_INVALID when it is missing. */
export function vzOf({ vz }: Hardware): VzHardware {
  if (vz !== undefined) return vz;
  throw new TorporError('CONFIG_INVALID', 'The machine has no hardware for this hypervisor.', {
    hint: 'Restore machine.json from a backup, or create the machine anew from its disks.',
    details: { field: 'hardware.vz' },
  });
}

/** What was asked for and the machine's profile leaves out, in words; undefined when that is nothing. */
export function leftOut(hardware: Hardware): Problem | undefined {
  const { profile, audio, clipboard, rosetta, sharedFolders } = vzOf(hardware);
  if (profile === 'full') return undefined;
  const devices = [
    ...(audio === 'none' ? [] : ['sound']),
    ...(clipboard ? ['the shared clipboard'] : []),
    ...(rosetta ? ['Rosetta'] : []),
    ...(sharedFolders.length === 0 ? [] : ['shared folders']),
  ];
  if (devices.length === 0) return undefined;
  return {
    code: 'CAPABILITY_MISSING',
    message: `The profile “suspendable” leaves out ${devices.join(', ')}, so that the guest can be saved.`,
    hint: 'Give the machine the profile “full” while it is off; this macOS may not be able to suspend it then.',
  };
}

function describeDevices(hardware: Hardware): Devices {
  const vz = vzOf(hardware);
  const isFull = vz.profile === 'full';
  const isMac = vz.guest.kind === 'macos';
  return {
    cpus: hardware.cpus,
    memoryBytes: hardware.memoryMiB * 1024 * 1024,
    network: hardware.network === null ? null : { mac: hardware.network.mac },
    graphics: graphics(hardware),
    ...input(hardware),
    audio: audio(vz),
    serial: !isMac,
    entropy: isFull,
    balloon: isFull,
    socket: true,
    clipboard: isFull && vz.clipboard,
    shares: isFull ? shares(vz) : [],
  };
}

function platform({ vz }: Hardware, auxiliaryStorage: string | null): Platform {
  if (vz?.guest.kind === 'macos') {
    const { hardwareModel, machineIdentifier } = vz.guest;
    return { kind: 'mac', hardwareModel, machineIdentifier, auxiliaryStorage };
  }
  return { kind: 'generic', machineIdentifier: vz?.guest.machineIdentifier ?? '' };
}

function bootLoader(bundle: Bundle, { boot, vz }: Hardware): BootLoader {
  if ((boot.kind === 'macos') !== (vz?.guest.kind === 'macos')) {
    throw new TorporError('CONFIG_INVALID', 'Only macOS guests boot as macOS does.', {
      details: { field: 'hardware.boot' },
    });
  }
  switch (boot.kind) {
    case 'macos':
      return { kind: 'macos' };
    case 'uefi':
      return { kind: 'efi', variables: bundle.files.firmwareVariables };
    case 'kernel':
      return {
        kind: 'linux',
        kernel: resolveInBundle(bundle, boot.kernel),
        initrd: boot.initrd === null ? null : resolveInBundle(bundle, boot.initrd),
        commandLine: boot.commandLine,
      };
    case 'bios':
      throw new TorporError('CAPABILITY_MISSING', 'Apple’s framework has no BIOS.', {
        hint: 'Boot the guest by UEFI.',
      });
  }
}

/** The first disk is the main one, which a macOS guest boots from. */
function storage(bundle: Bundle, { disks, iso, vz }: Hardware): StorageDevice[] {
  const isMac = vz?.guest.kind === 'macos';
  return [
    ...disks.map((disk, index): StorageDevice => {
      if (disk.format !== 'raw') throw notRaw(disk.path);
      return {
        kind: 'image',
        identifier: disk.id.length > longestIdentifier ? `disk-${index}` : disk.id,
        path: resolveInBundle(bundle, disk.path),
        readOnly: disk.readOnly,
        // Other caching than this corrupts the file systems of Linux guests.
        caching: isMac ? 'automatic' : 'cached',
        synchronization: 'full',
      };
    }),
    ...(vz?.networkDisks ?? []).map(
      ({ id, url, readOnly, timeoutSeconds }): StorageDevice => ({
        kind: 'network',
        identifier: id,
        url,
        readOnly,
        timeoutSeconds,
        synchronization: 'full',
      }),
    ),
    ...(iso === null ? [] : [{ kind: 'usbImage' as const, path: iso }]),
  ];
}

/** A macOS guest starts without a display of its own no better than a Mac without graphics. */
function displayOf(hardware: Hardware): VzHardware['display'] {
  const { display, guest } = vzOf(hardware);
  if (guest.kind === 'generic' && hardware.display === 'none') return null;
  return display ?? (hardware.display === 'none' ? null : fullHd);
}

function graphics(hardware: Hardware): Graphics | null {
  const display = displayOf(hardware);
  if (display === null) return null;
  const { width, height, pixelsPerInch } = display;
  return vzOf(hardware).guest.kind === 'macos'
    ? { kind: 'mac', width, height, pixelsPerInch }
    : { kind: 'virtio', width, height };
}

/**
 * macOS 13 and later guests know the Mac's own keyboard and trackpad, older ones USB only, which
 * macOS 14 cannot save. Linux guests know USB only, and no more than one pointer.
 */
function input(hardware: Hardware): Pick<Devices, 'keyboards' | 'pointers'> {
  const { profile, guest } = vzOf(hardware);
  if (guest.kind === 'generic') {
    return displayOf(hardware) === null
      ? { keyboards: [], pointers: [] }
      : { keyboards: ['usb'], pointers: ['usbScreen'] };
  }
  return profile === 'full'
    ? { keyboards: ['usb', 'mac'], pointers: ['usbScreen', 'macTrackpad'] }
    : { keyboards: ['mac'], pointers: ['macTrackpad'] };
}

/** A suspendable machine keeps the sound device, so that the guest goes on, and hears and says nothing. */
function audio({ audio: wanted, profile }: VzHardware): AudioStream[] {
  if (wanted === 'none') return [];
  if (profile === 'suspendable') return [{ direction: 'output', end: 'null' }];
  const output: AudioStream = { direction: 'output', end: 'host' };
  return wanted === 'output' ? [output] : [output, { direction: 'input', end: 'host' }];
}

function shares({ guest, sharedFolders, rosetta }: VzHardware): Share[] {
  const folders: Share[] =
    sharedFolders.length === 0
      ? []
      : [
          {
            kind: 'folders',
            tag: guest.kind === 'macos' ? null : 'torpor',
            folders: sharedFolders,
          },
        ];
  const isLinux = guest.kind === 'generic';
  return [
    ...folders,
    ...(isLinux && rosetta ? [{ kind: 'rosetta', tag: 'rosetta' } as const] : []),
  ];
}

function notRaw(path: string): TorporError {
  return new TorporError('CAPABILITY_MISSING', `Apple’s framework reads raw images only: ${path}`, {
    hint: 'Convert it first, for instance with qemu-img convert -O raw.',
    details: { path },
  });
}
