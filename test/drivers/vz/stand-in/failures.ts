import type { Failure, NativeError } from '../../../../src/drivers/vz/native-interface.ts';

/** An NSError as the framework makes it: a general description, and the reason that tells something. */
export function vzFailure(code: number, reason: string, underlying: Failure[] = []): Failure {
  const description = descriptions[code] ?? 'The operation couldn’t be completed.';
  return { domain: 'VZErrorDomain', code, description, reason, underlying };
}

/** An NSError of Foundation's, about a file. */
export function cocoa(code: number, description: string): Failure {
  return { domain: 'NSCocoaErrorDomain', code, description, reason: null, underlying: [] };
}

/** What a misuse raises, caught at the border. */
export function exception(reason: string): Failure {
  return { domain: 'NSException', code: 0, description: reason, reason: null, underlying: [] };
}

export function nativeError(failure: Failure): NativeError {
  return Object.assign(new Error(failure.reason ?? failure.description), { failure });
}

const descriptions: Record<number, string> = {
  1: 'Internal Virtualization error.',
  2: 'Invalid virtual machine configuration.',
  3: 'Invalid virtual machine state.',
  4: 'Invalid virtual machine state transition.',
  5: 'Invalid disk image.',
  6: 'The number of virtual machines exceeds the limit.',
  9: 'The operation was canceled.',
  11: 'The virtual machine failed to save.',
  12: 'The virtual machine failed to restore.',
  10004: 'The restore image failed to load.',
  10006: 'A software update is required to complete the installation.',
  10007: 'An error occurred during installation.',
};

export const limitReached = vzFailure(
  6,
  'The maximum supported number of active virtual machines has been reached.',
);
export const serviceDied = vzFailure(1, 'The virtual machine stopped unexpectedly.');

export function restoreRefused(reason: 'permission denied' | 'invalid argument'): Failure {
  return vzFailure(12, `The virtual machine failed to restore with error “${reason}”.`);
}
