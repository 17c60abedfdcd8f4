import { realpath } from 'node:fs/promises';
import { arch } from 'node:process';
import type { Boot, Hardware, VzHardware } from '../../core/config.ts';
import type { HardwareWish } from '../../core/driver.ts';
import { TorporError } from '../../core/errors.ts';
import { describeWithoutFiles, fullHd } from './configuration.ts';
import { explain } from './errors.ts';
import type { HostFacts, RestoreImage, VzNative } from './native-interface.ts';

const mebibyte = 1024 * 1024;

/** Guests that get fewer freeze now and then, whatever the image says it needs. */
const fewestMacCpus = 4;

/**
 * The hardware of a new machine: a fresh identity, and the richest profile that can be saved on this
 * host. For a macOS guest the restore image is read, since it names the hardware model.
 *
 * Throws CAPABILITY_MISSING for what this Mac or the framework cannot do, IMAGE_INVALID.
 */
export async function planHardware(
  native: VzNative,
  facts: HostFacts,
  wish: HardwareWish,
): Promise<Hardware> {
  assertPossible(facts, wish);
  const requirements =
    wish.boot.kind === 'macos' ? await requirementsOf(native, facts, wish.restoreImage) : undefined;
  const hardware: Hardware = {
    architecture: architectureOf(facts),
    machineType: requirements === undefined ? 'vz-generic-1' : 'vz-mac-1',
    cpuModel: 'host',
    cpus: cpus(facts, wish.cpus, requirements?.cpus),
    memoryMiB: memory(facts, wish.memoryMiB, requirements?.memoryBytes),
    boot: bootOf(wish.boot),
    disks: wish.disks,
    iso: wish.iso,
    network: wish.network ? { kind: 'nat', mac: native.createMacAddress() } : null,
    display: wish.display,
    vz: {
      profile: 'full',
      guest:
        requirements === undefined
          ? { kind: 'generic', machineIdentifier: native.createGenericIdentifier() }
          : {
              kind: 'macos',
              hardwareModel: requirements.hardwareModel,
              machineIdentifier: native.createMacIdentifier(),
            },
      display: wish.display === 'none' && requirements === undefined ? null : fullHd,
      audio: wish.display === 'none' ? 'none' : 'output',
      clipboard: false,
      rosetta: false,
      sharedFolders: [],
      networkDisks: [],
    },
  };
  return { ...hardware, vz: { ...vzIn(hardware), profile: profileFor(native, facts, hardware) } };
}

/** A clone's hardware: another identifier and another address, or the two would be taken for one. */
export function renewHardware(native: VzNative, hardware: Hardware): Hardware {
  const vz = vzIn(hardware);
  const guest =
    vz.guest.kind === 'macos'
      ? { ...vz.guest, machineIdentifier: native.createMacIdentifier() }
      : { ...vz.guest, machineIdentifier: native.createGenericIdentifier() };
  return {
    ...hardware,
    network: hardware.network && { ...hardware.network, mac: native.createMacAddress() },
    vz: { ...vz, guest },
  };
}

/**
 * `full` where this host can save it, else `suspendable`. What can be saved changes from one macOS
 * to the next, so the framework is asked; the answer is kept in the machine, because a restore must
 * build the same devices.
 */
export function profileFor(
  native: VzNative,
  facts: HostFacts,
  hardware: Hardware,
): VzHardware['profile'] {
  if (!facts.canSave) return 'full';
  const full: Hardware = { ...hardware, vz: { ...vzIn(hardware), profile: 'full' } };
  return native.validateSaveRestore(describeWithoutFiles(full)) === null ? 'full' : 'suspendable';
}

export function architectureOf(facts: Pick<HostFacts, 'architecture'>): Hardware['architecture'] {
  return facts.architecture === 'arm64' ? 'aarch64' : 'x86_64';
}

/** Of this program, where there is no framework to ask. */
export function ownArchitecture(): Hardware['architecture'] {
  return arch === 'arm64' ? 'aarch64' : 'x86_64';
}

function vzIn({ vz }: Hardware): VzHardware {
  if (vz === undefined) throw new TorporError('INTERNAL', 'hardware without its vz part');
  return vz;
}

function assertPossible(facts: HostFacts, { architecture, boot, display, disks }: HardwareWish) {
  const host = architectureOf(facts);
  if (architecture !== undefined && architecture !== host) {
    throw missing(
      `Apple’s framework runs guests of the Mac’s own architecture, ${host}.`,
      'Create the machine with QEMU, which emulates others.',
    );
  }
  if (boot.kind === 'bios')
    throw missing('Apple’s framework has no BIOS.', 'Boot the guest by UEFI.');
  if (boot.kind === 'macos' && !facts.canRunMacos) {
    throw missing('macOS guests need a Mac with Apple silicon.', undefined);
  }
  if (display === 'vnc') {
    throw missing(
      'Machines of Apple’s framework have no VNC.',
      'Give it a window of its own, or no display.',
    );
  }
  if (disks.some(({ format }) => format !== 'raw')) {
    throw missing('Apple’s framework reads raw images only.', 'Convert the image first.');
  }
}

async function requirementsOf(native: VzNative, facts: HostFacts, image: string | undefined) {
  if (image === undefined) {
    throw new TorporError('BAD_REQUEST', 'A macOS guest is planned from a restore image.', {
      hint: 'Choose one, or download it: torpor download',
    });
  }
  const { requirements } = await readRestoreImage(native, facts, image);
  return requirements;
}

/** The restore image at `path`, if this Mac can install it. Throws IMAGE_INVALID, CAPABILITY_MISSING. */
export async function readRestoreImage(
  native: VzNative,
  facts: HostFacts,
  path: string,
): Promise<RestoreImage & { readonly requirements: NonNullable<RestoreImage['requirements']> }> {
  let image: RestoreImage;
  try {
    image = await native.loadRestoreImage(await realpath(path));
  } catch (error) {
    throw explain(error, { name: path, doing: 'configured', facts });
  }
  const { requirements, osVersion, buildVersion } = image;
  if (requirements !== null) return { ...image, requirements };
  throw missing(
    `This Mac cannot install macOS ${osVersion} (${buildVersion}).`,
    'torpor preflight IMAGE says what is missing.',
  );
}

function cpus(facts: HostFacts, wished: number | undefined, needed: number | undefined): number {
  const { least, most } = facts.cpus;
  const fewest = Math.max(least, needed ?? 1);
  assertWithin('processors', wished, fewest, most);
  const usual = needed === undefined ? 2 : Math.max(fewestMacCpus, needed);
  return wished ?? Math.min(Math.max(usual, fewest), most);
}

function memory(facts: HostFacts, wished: number | undefined, needed: number | undefined): number {
  const least = Math.ceil(Math.max(facts.memoryBytes.least, needed ?? 0) / mebibyte);
  const most = Math.floor(facts.memoryBytes.most / mebibyte);
  assertWithin('MiB of memory', wished, least, most);
  return wished ?? Math.min(Math.max(needed === undefined ? 4096 : 8192, least), most);
}

function assertWithin(what: string, wished: number | undefined, least: number, most: number) {
  if (wished === undefined || (wished >= least && wished <= most)) return;
  throw missing(`The guest can have ${least} to ${most} ${what}, not ${wished}.`, undefined);
}

/** The framework's serial port is hvc0; a kernel that is told of another would be mute. */
function bootOf(boot: Boot): Boot {
  if (boot.kind !== 'kernel') return boot;
  const commandLine = boot.commandLine.replaceAll(/\bconsole=tty(S0|AMA0)\b/g, 'console=hvc0');
  return { ...boot, commandLine };
}

function missing(message: string, hint: string | undefined): TorporError {
  return new TorporError('CAPABILITY_MISSING', message, { hint });
}
