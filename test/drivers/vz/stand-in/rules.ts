import { statSync } from 'node:fs';
import type { Failure, MachineDescription } from '../../../../src/drivers/vz/native-interface.ts';
import { exception, vzFailure } from './failures.ts';
import type { Mac } from './mac.ts';

const mebibyte = 1024 * 1024;

/** What validateWithError: says, in the order in which the framework looks. */
export function validate(mac: Mac, description: MachineDescription): Failure | null {
  const { facts } = mac;
  const { cpus, memoryBytes, platform, bootLoader, pointers, graphics } = description;
  if (!facts.entitled) {
    return invalid('The process doesn’t have the "com.apple.security.virtualization" entitlement.');
  }
  if (cpus < facts.cpus.least || cpus > facts.cpus.most) return invalid('Invalid CPU count.');
  if (
    memoryBytes % mebibyte !== 0 ||
    memoryBytes < facts.memoryBytes.least ||
    memoryBytes > facts.memoryBytes.most
  ) {
    return invalid('Invalid memory size.');
  }
  if (platform.kind === 'mac' && !facts.canRunMacos) return invalid('Unsupported platform.');
  if ((platform.kind === 'mac') !== (bootLoader.kind === 'macos')) {
    return invalid('The boot loader is invalid for the platform.');
  }
  if (platform.kind === 'mac' && graphics?.kind === 'virtio') return invalid('Invalid graphics.');
  if (platform.kind === 'generic' && pointers.length > 1) {
    return invalid('Number of pointing devices is greater than the maximum number supported.');
  }
  return identity(description) ?? storage(mac, description) ?? files(mac, description);
}

/** The devices that keep a machine from being saved, the first of them named. */
export function validateSaveRestore(mac: Mac, description: MachineDescription): Failure | null {
  const { platform, keyboards, pointers, audio, entropy, clipboard, shares } = description;
  if (shares.some(({ kind }) => kind === 'rosetta')) return unsupported('directory sharing');
  if (mac.savable === 'lenient') return null;
  const isMac = platform.kind === 'mac';
  if (isMac && keyboards.includes('usb')) return unsupported('keyboard');
  if (isMac && pointers.includes('usbScreen')) return unsupported('pointing');
  if (audio.some(({ end }) => end === 'host')) return unsupported('audio');
  if (isMac && entropy) return unsupported('entropy');
  if (clipboard) return unsupported('console');
  if (shares.length > 0) return unsupported('directory sharing');
  return null;
}

/** Everything that a restore compares, as text; where files lie is not part of it. */
export function shapeOf(description: MachineDescription): string {
  const { storage: devices, bootLoader, platform, shares, ...rest } = description;
  const who = platform.kind === 'mac' ? { ...platform, auxiliaryStorage: null } : platform;
  return JSON.stringify({
    ...rest,
    platform: who,
    bootLoader: bootLoader.kind,
    storage: devices.map(({ kind }) => kind),
    shares: shares.map(({ tag }) => tag),
  });
}

function identity({ platform, network, storage: devices }: MachineDescription): Failure | null {
  const known = (text: string, kind: string) =>
    Buffer.from(text, 'base64').toString().startsWith(kind);
  if (platform.kind === 'mac') {
    if (!known(platform.hardwareModel, 'model:')) return invalid('Unsupported hardware model.');
    if (!known(platform.machineIdentifier, 'mac:')) return invalid('Invalid machine identifier.');
  } else if (!known(platform.machineIdentifier, 'generic:')) {
    return invalid('Invalid machine identifier.');
  }
  if (network !== null && !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(network.mac)) {
    return invalid('Invalid MAC address.');
  }
  for (const device of devices) {
    if (device.kind !== 'usbImage' && !/^[\x20-\x7e]{1,20}$/.test(device.identifier)) {
      return exception(`Invalid block device identifier “${device.identifier}”.`);
    }
  }
  return null;
}

function storage(mac: Mac, { storage: devices }: MachineDescription): Failure | null {
  for (const device of devices) {
    if (device.kind === 'network') continue;
    const size = sizeOf(device.path);
    if (size === undefined || mac.lockedFiles.has(device.path)) {
      return invalid('The storage device attachment is invalid.');
    }
    if (size === 0 || size % 512 !== 0) return vzFailure(5, 'The disk image is not recognized.');
  }
  return null;
}

function files(mac: Mac, { platform, bootLoader }: MachineDescription): Failure | null {
  if (platform.kind === 'mac' && platform.auxiliaryStorage !== null) {
    if (sizeOf(platform.auxiliaryStorage) === undefined)
      return invalid('Invalid auxiliary storage.');
    if (mac.lockedFiles.has(platform.auxiliaryStorage)) {
      return invalid('Failed to lock auxiliary storage.');
    }
  }
  if (bootLoader.kind === 'efi' && bootLoader.variables !== null) {
    if (sizeOf(bootLoader.variables) === undefined) return invalid('Invalid EFI variable store.');
  }
  if (bootLoader.kind === 'linux' && sizeOf(bootLoader.kernel) === undefined) {
    return invalid('The kernel cannot be read.');
  }
  return null;
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function invalid(reason: string): Failure {
  return vzFailure(2, reason);
}

function unsupported(device: string): Failure {
  return invalid(`Unsupported ${device} device in configuration.`);
}
