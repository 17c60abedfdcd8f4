import type { Check } from './check.ts';
import { deviceSupport } from './device-support.ts';
import { deviceSupportUndone } from './device-support-undone.ts';
import { downloadAccess } from './download-access.ts';
import { guestMuchOlder, guestNewer } from './guest-age.ts';
import { guestLimit } from './guest-limit.ts';
import { hostArchitecture } from './host-architecture.ts';
import { hostVersion } from './host-version.ts';
import { imageIsForVms } from './image-is-for-vms.ts';
import { knownBroken } from './known-broken.ts';
import { cpusAndMemory, diskSpace } from './resources.ts';
import { signing } from './signing.ts';
import { xcodeNeverOpened } from './xcode-never-opened.ts';

/**
 * Every check, in the order a person should read them: first what makes all others pointless, then
 * the most precise reason before the general one, so that the first failure is the one to act on.
 */
export const checks: readonly Check[] = [
  imageIsForVms,
  hostArchitecture,
  hostVersion,
  xcodeNeverOpened,
  deviceSupportUndone,
  deviceSupport,
  knownBroken,
  guestNewer,
  guestMuchOlder,
  downloadAccess,
  cpusAndMemory,
  diskSpace,
  guestLimit,
  signing,
];

/** When one of these fails, the rest has nothing to compare and would only add noise. */
export const decisive: ReadonlySet<string> = new Set([imageIsForVms.id]);
