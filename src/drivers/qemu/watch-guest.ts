import type { Problem } from '../../core/errors.ts';
import type { QmpClient } from './qmp/client.ts';

export interface GuestListeners {
  onStatus(status: 'running' | 'paused'): void;
  onProblem(problem: Problem): void;
}

/**
 * Turns QEMU's events into a guest's status and problems, and remembers how the guest ended.
 * QEMU's own run state `suspended` (the guest put itself to sleep) counts as running: its vCPUs are
 * only waiting for a key.
 */
export function watchGuest(qmp: QmpClient, { onStatus, onProblem }: GuestListeners) {
  let endWanted = false;
  let shutdownReason: string | undefined;

  qmp.on('STOP', () => onStatus('paused'));
  qmp.on('RESUME', () => onStatus('running'));
  qmp.on('SHUTDOWN', ({ reason }) => {
    shutdownReason = reason;
  });
  qmp.on('GUEST_PANICKED', () => onProblem(panicked));
  qmp.on('BLOCK_IO_ERROR', (event) => {
    if (event.action === 'stop') onProblem(diskError(event.nospace === true, event));
  });

  return {
    /** The next end is asked for, however it comes about. */
    expectEnd(): void {
      endWanted = true;
    },
    /** After the process is gone: why, unless the guest shut down or was ended on purpose. */
    reasonForEnd(name: string): Problem | undefined {
      if (endWanted || shutdownReason?.startsWith('guest-') || shutdownReason === 'host-qmp-quit') {
        return undefined;
      }
      return endedUnexpectedly(name, shutdownReason);
    },
  };
}

export function endedUnexpectedly(name: string, detail: string | undefined): Problem {
  return {
    code: 'GUEST_ENDED',
    message: `QEMU ended unexpectedly, and “${name}” with it. What was in its memory is lost; its disks are as after a power cut.`,
    hint: 'Start it to boot again. If it happens more often, look at log/hypervisor.log in the bundle.',
    ...(detail === undefined ? {} : { details: { detail } }),
  };
}

const panicked: Problem = {
  code: 'GUEST_ENDED',
  message: 'The guest’s operating system crashed.',
  hint: 'Look at its console, then stop it with --force and start it again.',
};

interface DiskEvent {
  readonly device: string;
  readonly operation: string;
  readonly reason: string;
  readonly 'node-name'?: string | undefined;
}

function diskError(isFull: boolean, event: DiskEvent): Problem {
  const disk = event['node-name']?.replace(/^disk-/, '') ?? event.device;
  return {
    code: isFull ? 'NO_SPACE' : 'DISK_UNAVAILABLE',
    message: isFull
      ? `The volume of disk ${disk} is full. The guest waits and has lost nothing.`
      : `Disk ${disk} failed to ${event.operation} (${event.reason}). The guest waits and has lost nothing.`,
    hint: isFull
      ? 'Free some space, then resume it.'
      : 'Make the disk reachable again, then resume it.',
  };
}
