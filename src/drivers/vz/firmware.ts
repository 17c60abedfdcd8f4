import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hardware } from '../../core/config.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { vzOf } from './configuration.ts';
import { explain } from './errors.ts';
import type { HostFacts, VzNative } from './native-interface.ts';

/**
 * Creates what the firmware keeps: EFI variables, or a Mac's auxiliary storage. Either lies where
 * core keeps firmware variables, so that core fingerprints it, clones it and takes it into restore
 * points. It must not exist yet: the framework's option to overwrite is never used.
 */
export async function prepareFirmware(
  native: VzNative,
  facts: HostFacts,
  { files }: Bundle,
  { name, hardware }: { readonly name: string; readonly hardware: Hardware },
): Promise<void> {
  const { guest } = vzOf(hardware);
  const { kind } = hardware.boot;
  if (kind !== 'uefi' && kind !== 'macos') return;
  await mkdir(files.firmware, { recursive: true, mode: 0o700 });
  const path = join(await realpath(files.firmware), 'variables.fd');
  try {
    if (guest.kind === 'macos') native.createAuxiliaryStorage(path, guest.hardwareModel);
    else native.createEfiVariables(path);
  } catch (error) {
    throw explain(error, { name, doing: 'configured', facts });
  }
  await chmod(path, 0o600);
}
