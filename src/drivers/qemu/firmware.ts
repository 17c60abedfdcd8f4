import { constants } from 'node:fs';
import { access, copyFile, mkdir } from 'node:fs/promises';
import { TorporError } from '../../core/errors.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { type Firmware, firmwareCandidates, type GuestArchitecture } from './architecture.ts';

/** The UEFI firmware that is installed. Throws CAPABILITY_MISSING with what to install. */
export async function findFirmware(
  architecture: GuestArchitecture,
  dataDirs: readonly string[],
): Promise<Firmware> {
  for (const candidate of firmwareCandidates(architecture, dataDirs)) {
    if ((await isReadable(candidate.code)) && (await isReadable(candidate.variables)))
      return candidate;
  }
  throw new TorporError('CAPABILITY_MISSING', 'No UEFI firmware is installed.', {
    hint: 'Install it (Debian and Ubuntu: ovmf or qemu-efi-aarch64; Fedora: edk2-ovmf), or boot by BIOS.',
  });
}

/** Gives a new machine its own firmware variables. They are its identity and are never renewed. */
export async function createVariables(bundle: Bundle, firmware: Firmware): Promise<void> {
  await mkdir(bundle.files.firmware, { recursive: true, mode: 0o700 });
  await copyFile(firmware.variables, bundle.files.firmwareVariables, constants.COPYFILE_EXCL);
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
