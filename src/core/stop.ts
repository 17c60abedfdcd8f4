import type { MachineConfig } from './config.ts';
import type { Session } from './driver.ts';
import { TorporError } from './errors.ts';

/**
 * Asks the guest to shut down and waits until it has. Throws CAPABILITY_MISSING, TIMED_OUT after the
 * policy's deadline, CANCELLED by the signal: the guest then runs on, since nobody asked to pull the
 * plug.
 */
export async function stopByRequest(
  session: Session,
  config: MachineConfig,
  signal: AbortSignal,
): Promise<void> {
  const { requestStop } = session;
  if (!requestStop.available) {
    throw new TorporError('CAPABILITY_MISSING', requestStop.reason.message, requestStop.reason);
  }
  if (signal.aborted) throw cancelled(config.name);
  const seconds = config.policy.stopDeadlineSeconds;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const off = session.on('ended', () => resolve());
  const timer = setTimeout(() => reject(timedOut(config.name, seconds)), seconds * 1000);
  const cancel = (): void => reject(cancelled(config.name));
  signal.addEventListener('abort', cancel, { once: true });
  try {
    requestStop.use().catch(reject);
    await promise;
  } finally {
    off();
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

function timedOut(name: string, seconds: number): TorporError {
  return new TorporError(
    'TIMED_OUT',
    `“${name}” did not stop within ${seconds} seconds and runs on.`,
    {
      hint: 'Its guest may not listen to the power button. Suspend it, or stop it with --force.',
    },
  );
}

function cancelled(name: string): TorporError {
  return new TorporError('CANCELLED', `Waiting for “${name}” to stop was cancelled.`);
}
