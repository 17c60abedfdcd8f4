import type { Problem } from '../../core/errors.ts';
import { textOf } from './errors.ts';
import type { Failure } from './native-interface.ts';

/** A guest resets its network at boot, more than once; this often in a minute is no boot any more. */
const mostReconnects = 8;
const minute = 60_000;

export interface NetworkWatch {
  disconnected(failure: Failure): Promise<void>;
  diskConnected(disk: string): void;
  diskFailed(disk: string, failure: Failure): void;
}

/**
 * Attaches the network again when it falls off, and tells of what does not come back, once for each
 * loss: a person needs one alert, not one for every attempt.
 */
export function watchNetwork(
  name: string,
  reconnect: () => Promise<void>,
  tell: (problem: Problem) => void,
  now: () => number = Date.now,
): NetworkWatch {
  let attempts: number[] = [];
  let toldOfNetwork = false;
  const toldOfDisks = new Set<string>();

  function lost(why: string): void {
    if (toldOfNetwork) return;
    toldOfNetwork = true;
    tell({
      code: 'HYPERVISOR_FAILED',
      message: `“${name}” has lost its network: ${why}`,
      hint: 'Its guest runs on. Suspend and resume it to attach the network again.',
    });
  }

  return {
    async disconnected(failure) {
      attempts = [...attempts.filter((at) => now() - at < minute), now()];
      if (attempts.length > mostReconnects) return lost(textOf(failure));
      try {
        await reconnect();
        if (attempts.length === 1) toldOfNetwork = false;
      } catch {
        // What the framework said when the network fell off tells more than that it stays away.
        lost(textOf(failure));
      }
    },
    diskConnected: (disk) => void toldOfDisks.delete(disk),
    diskFailed(disk, failure) {
      if (toldOfDisks.has(disk)) return;
      toldOfDisks.add(disk);
      tell({
        code: 'DISK_UNAVAILABLE',
        message: `“${name}” has lost its network disk ${disk}: ${textOf(failure)}`,
        hint: 'Make its server reachable, then stop the machine with --force and start it again.',
      });
    },
  };
}
