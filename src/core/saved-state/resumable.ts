import type { MachineConfig } from '../config.ts';
import type { Bundle } from '../library/bundle.ts';
import { assertUntouched } from './digests.ts';
import { assertFits, type HostIdentity } from './fit.ts';
import type { Manifest } from './manifest.ts';
import { assertUnused } from './used.ts';

/**
 * Everything that is checked before a guest goes on from a saved state: that it did not do so before,
 * that the state fits the machine, and that nobody exchanged a file behind its time. Throws as
 * assertFits, and STATE_DAMAGED for the other two; touches nothing.
 */
export async function assertResumable(
  manifest: Manifest,
  bundle: Bundle,
  config: MachineConfig,
  host: HostIdentity,
  signal?: AbortSignal,
): Promise<void> {
  await assertUnused(bundle, manifest);
  await assertFits(manifest, bundle, config, host);
  await assertUntouched(bundle, manifest, signal);
}
