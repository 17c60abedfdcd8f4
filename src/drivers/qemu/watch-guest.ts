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
    if (event.action !== 'stop') return;
    const disk = event['node-name']?.replace(/^disk-/, '') ?? event.device;
    onProblem(
      event.nospace === true ? volumeFull(disk) : diskFailed(disk, event.operation, event.reason),
    );
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

/** Which disk a guest stands for that another agent found in the run state `io-error`. */
export async function failedDisk(qmp: QmpClient): Promise<Problem> {
  const disks = await qmp.execute('query-block');
  const failed = disks.find(
    (disk) => disk['io-status'] !== undefined && disk['io-status'] !== 'ok',
  );
  const disk = failed?.inserted?.['node-name']?.replace(/^disk-/, '') ?? 'of the guest';
  return failed?.['io-status'] === 'nospace'
    ? volumeFull(disk)
    : diskFailed(disk, 'read or write', 'an input/output error');
}

function volumeFull(disk: string): Problem {
  return {
    code: 'NO_SPACE',
    message: `The volume of disk ${disk} is full. The guest waits and has lost nothing.`,
    hint: 'Free some space: it then goes on.',
  };
}

function diskFailed(disk: string, operation: string, reason: string): Problem {
  return {
    code: 'DISK_UNAVAILABLE',
    message: `Disk ${disk} failed to ${operation} (${reason}). The guest waits and has lost nothing.`,
    hint: 'Make the disk reachable again, then resume it.',
  };
}
