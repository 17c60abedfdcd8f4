/** The power of this computer. */
import { powerMonitor } from 'electron';
import type { Settings } from '../../contract/settings.ts';
import type { AgentAccess } from '../agent-access.ts';
import type { Quit } from '../lifecycle/quit.ts';
import type { Notifier } from '../notifications.ts';
import type { Text } from '../text/text.ts';
import { batteryReader } from './battery.ts';
import { takeDelayLock } from './inhibitor.ts';
import { connectLogin1 } from './login1.ts';
import { createPower, type Power, type PowerMonitor } from './power.ts';
import { createPowerSuspension } from './suspending.ts';

export interface HostPowerParts {
  readonly access: AgentAccess;
  readonly settings: () => Settings;
  readonly quit: Quit;
  readonly notifier: Notifier;
  readonly text: () => Text;
  readonly onError: (error: unknown) => void;
}

export function hostPower(parts: HostPowerParts): Power {
  const { access, settings, quit, notifier, text, onError } = parts;
  return createPower({
    platform: process.platform,
    monitor,
    connectLogin1: () => connectLogin1(onError),
    takeDelayLock: () => takeDelayLock({ why: text().inhibit, onError }),
    readBattery: batteryReader(process.platform),
    settings,
    quit,
    suspension: createPowerSuspension(access.now, onError),
    onSuspended: (reason) =>
      notifier.tell({ about: reason, title: 'Torpor', body: text().notice.suspended[reason] }),
    onError,
    now: Date.now,
    every(milliseconds, call) {
      const timer = setInterval(call, milliseconds);
      return () => clearInterval(timer);
    },
  });
}

/** Electron's powerMonitor, which may be asked once the app is ready. */
function monitor(): PowerMonitor {
  return {
    on(event, listener) {
      if (event === 'on-battery') powerMonitor.on('on-battery', listener);
      else if (event === 'on-ac') powerMonitor.on('on-ac', listener);
      else if (event === 'suspend') powerMonitor.on('suspend', listener);
      else powerMonitor.on('resume', listener);
    },
    onShutdown(listener) {
      // The typings of Electron leave out the event that its documentation speaks of.
      powerMonitor.on('shutdown', (event?: { preventDefault(): void }) =>
        listener(() => event?.preventDefault()),
      );
    },
    isOnBattery: () => powerMonitor.isOnBatteryPower(),
  };
}
