import type { Hardware } from '../../core/config.ts';
import type { Driver } from '../../core/driver.ts';
import type { Problem } from '../../core/errors.ts';
import type { QmpClient } from './qmp/client.ts';

/**
 * Asks the guest’s balloon to leave it so much memory; undefined is all of it. A request: a guest
 * without a driver for it keeps what it has, and QEMU does not say so.
 */
export async function setMemoryTarget(
  qmp: Pick<QmpClient, 'execute'>,
  { memoryMiB }: Pick<Hardware, 'memoryMiB'>,
  targetMiB: number | undefined,
): Promise<void> {
  const target = Math.min(targetMiB ?? memoryMiB, memoryMiB);
  await qmp.execute('balloon', { value: target * 1024 * 1024 });
}

/** docs/decisions/0015-who-gives-memory-back.md says why. */
export function lacks(...[choice, { policy }]: Parameters<Driver['lacks']>): Problem | undefined {
  if (choice === 'window') return noWindow;
  return policy.stateMode === 'instant' ? memoryIsReserved : undefined;
}

const noWindow: Problem = {
  code: 'CAPABILITY_MISSING',
  message: 'Machines of QEMU have no window of their own: Torpor shows their display itself.',
};

const memoryIsReserved: Problem = {
  code: 'CAPABILITY_MISSING',
  message:
    'In the mode “instant” the guest’s memory is a file whose room is reserved; giving parts of it back would give up that room, and a full volume would then kill the guest.',
  hint: 'Set its mode to “streamed” while it is off.',
};
