import type { MachineConfig, Policy } from '../../core/config.ts';
import type { Driver, Place } from '../../core/driver.ts';
import type { Problem } from '../../core/errors.ts';
import type { VzNative } from './native-interface.ts';
import type { Vm } from './vm.ts';
import { type WindowWords, windowOptions, windowPolicyOf } from './window.ts';

/** Why the machine has no such choice: no display, or no balloon in its profile. */
export function lacks(...[choice, config]: Parameters<Driver['lacks']>): Problem | undefined {
  if (choice === 'window') return config.hardware.display === 'none' ? noDisplay : undefined;
  return config.hardware.vz?.profile === 'suspendable' ? noBalloon : undefined;
}

export interface AdjustInput {
  readonly native: VzNative;
  readonly place: Place;
  readonly guest: { readonly vm: Vm; readonly status: 'running' | 'paused' };
  readonly words: () => WindowWords;
  readonly onError: (error: unknown) => void;
}

/**
 * Takes over what `policy` says of a guest that is there: its window, which need not be open, and the
 * memory that its balloon leaves it. Throws what the framework says of the balloon; the window is done.
 */
export async function adjustGuest(
  input: AdjustInput,
  before: Policy,
  policy: Policy,
): Promise<void> {
  const { native, place, guest, onError } = input;
  const { vm } = guest;
  const config = { ...place.config, policy };
  showAsItIs(input, config);
  const { resize } = windowPolicyOf(policy);
  if (resize === 'fixed' && windowPolicyOf(before).resize === 'follow') {
    // A guest whose display driver is not up yet refuses, and has the resolution that it began with.
    await toConfiguredSize(input).catch(onError);
  }
  if (!vm.description.balloon) return;
  const { memoryMiB } = place.config.hardware;
  const target = Math.min(policy.memoryTargetMiB ?? memoryMiB, memoryMiB);
  await vm.attempt('adjusted', (handle) => native.setMemoryTarget(handle, target * 1024 * 1024));
}

/** Title, menu and manners of the window, if it is open. */
export function showAsItIs(
  { native, guest, words }: AdjustInput,
  config: Pick<MachineConfig, 'name' | 'policy'>,
): void {
  native.configureWindow(guest.vm.handle, windowOptions(config, guest.status, words()));
}

/** The resolution that the window left the guest with last is not the one that it was made for. */
async function toConfiguredSize({ native, guest }: AdjustInput): Promise<void> {
  const { graphics } = guest.vm.description;
  if (graphics === null) return;
  const { width, height } = graphics;
  await guest.vm.attempt('adjusted', (handle) => native.setDisplaySize(handle, width, height));
}

export const noDisplay: Problem = {
  code: 'CAPABILITY_MISSING',
  message: 'This machine has no display.',
  hint: 'Set its display to “window” while it is stopped.',
};

const noBalloon: Problem = {
  code: 'CAPABILITY_MISSING',
  message:
    'The profile “suspendable” has no device by which a guest could give memory back: older versions of macOS cannot save it.',
};
