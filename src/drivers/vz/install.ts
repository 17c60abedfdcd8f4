import { realpath, rm } from 'node:fs/promises';
import type { InstallOptions, Place } from '../../core/driver.ts';
import { TorporError } from '../../core/errors.ts';
import { resolveInBundle } from '../../core/library/bundle.ts';
import { vzOf } from './configuration.ts';
import { createRawDisk } from './disk.ts';
import { prepareFirmware } from './firmware.ts';
import type { HostFacts, VzNative } from './native-interface.ts';
import { readRestoreImage } from './plan.ts';
import { openVm, type Vm } from './vm.ts';

/**
 * Installs macOS into the staged bundle at `place`: the image is read, `preflight` asked, the first
 * disk and the auxiliary storage made, the installer run. The machine is stopped afterwards and boots
 * for the first time when it is started.
 *
 * Throws IMAGE_INVALID, what `preflight` throws, INSTALL_FAILED, GUEST_LIMIT, NO_SPACE, CANCELLED. The
 * disk and the auxiliary storage are then gone: an installation that broke off leaves them useless.
 */
export async function installMacos(
  native: VzNative,
  facts: HostFacts,
  place: Place,
  options: InstallOptions,
): Promise<void> {
  const { bundle, config } = place;
  const { signal } = options;
  const disk = mainDisk(place);
  const image = await realpath(options.image);
  const { requirements } = await readRestoreImage(native, facts, image);
  assertPlannedFor(place, requirements.hardwareModel);
  await options.preflight();
  signal?.throwIfAborted();
  await createRawDisk(disk, options.diskBytes);
  try {
    await prepareFirmware(native, facts, bundle, config);
    const vm = await openVm(native, facts, place);
    try {
      await runInstaller(native, vm, image, options);
    } finally {
      await vm.discard();
    }
  } catch (error) {
    await rm(disk, { force: true });
    await rm(bundle.files.firmwareVariables, { force: true });
    throw error;
  }
}

async function runInstaller(
  native: VzNative,
  vm: Vm,
  image: string,
  { signal, onProgress }: InstallOptions,
): Promise<void> {
  // It cannot be cancelled before it has begun; the next progress is the next chance.
  const cancelIfAsked = (): void => {
    if (signal?.aborted) native.cancelInstall(vm.handle);
  };
  const report = (fraction: number): void => {
    onProgress?.(fraction);
    cancelIfAsked();
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', cancelIfAsked, { once: true });
  try {
    await vm.attempt('installed', (handle) => native.install(handle, image, report));
  } catch (error) {
    // What the framework says of an installation that was cancelled is not always “cancelled”.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancelIfAsked);
  }
}

function mainDisk({ bundle, config }: Place): string {
  const [disk] = config.hardware.disks;
  if (disk === undefined) {
    throw new TorporError('BAD_REQUEST', 'macOS is installed on a disk, and the machine has none.');
  }
  return resolveInBundle(bundle, disk.path);
}

/** The hardware model is pinned when a machine is planned; another image may need another one. */
function assertPlannedFor({ config }: Place, needed: string): void {
  const { guest } = vzOf(config.hardware);
  if (guest.kind === 'macos' && guest.hardwareModel === needed) return;
  throw new TorporError('CONFIG_INVALID', 'The machine was planned from another restore image.', {
    hint: 'Create it anew from the image that is to be installed.',
  });
}
