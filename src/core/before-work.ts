import type { MachineConfig } from './config.ts';
import type { Bundle } from './library/bundle.ts';
import { assertOwnFiles } from './library/own-files.ts';
import type { Operation } from './status.ts';

/** What reads or writes in the bundle, where a link could lead elsewhere. */
const usesFiles: ReadonlySet<Operation> = new Set([
  'startCold',
  'restore',
  'resume',
  'suspend',
  'discardState',
]);

const startsGuest: ReadonlySet<Operation> = new Set(['startCold', 'restore']);

/** Throws, with nothing touched, when the bundle is not fit for `operation` or nobody agreed to it. */
export async function assertMayBegin(
  operation: Operation,
  bundle: Bundle,
  config: MachineConfig,
  assertAgreed: ((config: MachineConfig) => void) | undefined,
): Promise<void> {
  if (usesFiles.has(operation)) await assertOwnFiles(bundle);
  if (startsGuest.has(operation)) assertAgreed?.(config);
}
