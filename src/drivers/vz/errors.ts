import { type ErrorCode, TorporError, toTorporError } from '../../core/errors.ts';
import { type Difference, doesNotFit } from '../../core/saved-state/fit.ts';
import type { Failure, HostFacts, NativeError } from './native-interface.ts';

/** What was being done when the framework refused; completes “could not be”. */
export type Doing =
  | 'configured'
  | 'started'
  | 'paused'
  | 'resumed'
  | 'stopped'
  | 'saved'
  | 'restored'
  | 'installed'
  | 'shown'
  | 'adjusted';

export interface Circumstances {
  readonly name: string;
  readonly doing: Doing;
  readonly facts: HostFacts;
}

/** VZErrorDomain, from VZError.h; what is not here has no meaning of its own for Torpor. */
export const vzErrorDomain = 'VZErrorDomain';
export const vzErrors = {
  internal: 1,
  invalidConfiguration: 2,
  invalidState: 3,
  invalidTransition: 4,
  invalidDiskImage: 5,
  limitExceeded: 6,
  networkError: 7,
  outOfDiskSpace: 8,
  cancelled: 9,
  notSupported: 10,
  save: 11,
  restore: 12,
  restoreImageLoadFailed: 10004,
  invalidRestoreImage: 10005,
  installationRequiresUpdate: 10006,
  installationFailed: 10007,
  networkDiskNegotiation: 20001,
  networkDiskDisconnected: 20002,
} as const;

/** Where other frameworks say that a volume is full: ENOSPC, EDQUOT, NSFileWriteOutOfSpaceError. */
const outOfSpace: readonly (readonly [domain: string, code: number])[] = [
  [vzErrorDomain, vzErrors.outOfDiskSpace],
  ['NSPOSIXErrorDomain', 28],
  ['NSPOSIXErrorDomain', 69],
  ['NSCocoaErrorDomain', 640],
];

/** The framework's error that `error` carries, or undefined. */
export function failureOf(error: unknown): Failure | undefined {
  return isNativeError(error) ? error.failure : undefined;
}

function isNativeError(error: unknown): error is NativeError {
  return (
    error instanceof Error &&
    'failure' in error &&
    typeof error.failure === 'object' &&
    error.failure !== null &&
    'domain' in error.failure &&
    'code' in error.failure
  );
}

/**
 * What went wrong, as an error with choices. Decides by domain and code, never by text, which is
 * localised; the text is kept, since it alone names the device or the reason.
 */
export function explain(error: unknown, circumstances: Circumstances): TorporError {
  const failure = failureOf(error);
  if (failure === undefined) return toTorporError(error);
  const { code, message, hint } = meaningOf(failure, circumstances);
  return new TorporError(code, message, {
    hint,
    details: { framework: frameworkDetails(failure) },
    cause: error,
  });
}

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

function meaningOf(failure: Failure, { name, doing, facts }: Circumstances): Meaning {
  const said = textOf(failure);
  const plain = `“${name}” could not be ${doing}: ${said}`;
  if (chain(failure).some(meansOutOfSpace)) {
    return { code: 'NO_SPACE', message: plain, hint: 'Free some space and try again.' };
  }
  if (failure.domain !== vzErrorDomain) return { code: 'HYPERVISOR_FAILED', message: plain };
  switch (failure.code) {
    case vzErrors.invalidConfiguration:
      return facts.entitled ? { code: 'HYPERVISOR_FAILED', message: plain } : notEntitled;
    case vzErrors.limitExceeded:
      return {
        code: 'GUEST_LIMIT',
        message: `“${name}” could not be ${doing}: two macOS guests run on this Mac already, and macOS allows no third. Guests of other apps count.`,
        hint: 'Suspend or stop one of them. If none runs, a crashed one still holds its place until the Mac restarts.',
      };
    case vzErrors.cancelled:
      return { code: 'CANCELLED', message: `“${name}” was not ${doing}: it was cancelled.` };
    case vzErrors.notSupported:
      return { code: 'CAPABILITY_MISSING', message: plain };
    case vzErrors.invalidDiskImage:
      return {
        code: 'DISK_UNAVAILABLE',
        message: plain,
        hint: 'The framework reads raw images only, of a size that is a multiple of 512. Convert it first.',
      };
    case vzErrors.networkDiskNegotiation:
    case vzErrors.networkDiskDisconnected:
      return {
        code: 'DISK_UNAVAILABLE',
        message: plain,
        hint: 'Make the network disk’s server reachable, then try again.',
      };
    case vzErrors.restoreImageLoadFailed:
    case vzErrors.invalidRestoreImage:
      return {
        code: 'IMAGE_INVALID',
        message: plain,
        hint: 'Check the image: torpor preflight IMAGE',
      };
    case vzErrors.installationRequiresUpdate:
      return {
        code: 'INSTALL_FAILED',
        message: `“${name}” could not be installed: this Mac lacks the device support for that version of macOS.`,
        hint: 'Update macOS, or install the device support: torpor preflight IMAGE says how.',
      };
    case vzErrors.installationFailed:
      return {
        code: 'INSTALL_FAILED',
        message: plain,
        hint: 'The image was kept. torpor explain says what the error means.',
      };
    default:
      return { code: 'HYPERVISOR_FAILED', message: plain };
  }
}

const notEntitled: Meaning = {
  code: 'HYPERVISOR_UNAVAILABLE',
  message: 'This program is not signed to run virtual machines.',
  hint: 'In development run script/sign-electron; the Torpor that people install is signed.',
};

/**
 * Why a saved state cannot be restored, after core found that it fits: error 12 has one code for all
 * of its reasons, so what differs is found by comparing, and what the framework says is quoted.
 */
export function explainRestore(
  error: unknown,
  circumstances: Circumstances,
  saved: { readonly version: string },
): TorporError {
  const failure = failureOf(error);
  if (failure?.domain !== vzErrorDomain || failure.code !== vzErrors.restore) {
    return explain(error, circumstances);
  }
  const { message, hint, details } = doesNotFit(circumstances.name, [
    stateDifference(failure, saved.version, versionText(circumstances.facts)),
  ]);
  return new TorporError('STATE_DOES_NOT_FIT', message, {
    hint,
    details: { ...details, framework: frameworkDetails(failure) },
    cause: error,
  });
}

function stateDifference(failure: Failure, saved: string, now: string): Difference {
  if (saved !== now) return { what: 'macOS of this Mac', saved, now };
  // Localised, so only ever more words: what is done does not depend on it.
  const said = textOf(failure);
  if (said.includes('permission denied')) {
    return { what: 'Mac or user account', saved: 'another one', now: said };
  }
  return { what: 'what the framework compares', saved: 'as when it was saved', now: said };
}

/** How the manifest names the hypervisor: the host's macOS, to the build. */
export function versionText({ osVersion, osBuild }: HostFacts): string {
  return `macOS ${osVersion} (${osBuild})`;
}

/** The most telling words of an error: its reason, which names devices and causes, else its description. */
export function textOf({ description, reason }: Failure): string {
  return reason === null || reason === '' ? description : reason;
}

/** As preflight's `explain` reads framework errors. */
function frameworkDetails(failure: Failure): Record<string, unknown> {
  const { domain, code, description, reason, underlying } = failure;
  const text = reason === null ? description : `${description} ${reason}`;
  return { domain, code, text, underlying: underlying.map(frameworkDetails) };
}

function chain(failure: Failure): Failure[] {
  return [failure, ...failure.underlying.flatMap(chain)];
}

function meansOutOfSpace({ domain, code }: Failure): boolean {
  return outOfSpace.some((known) => known[0] === domain && known[1] === code);
}
