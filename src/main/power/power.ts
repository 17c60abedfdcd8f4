/** What the app does when the computer shuts down, sleeps, or runs out of battery. */
import type { QuitReason } from '../../contract/lifecycle.ts';
import type { Settings } from '../../contract/settings.ts';
import type { BatteryReader } from './battery.ts';
import type { DelayLock } from './inhibitor.ts';
import type { Login1 } from './login1.ts';
import type { PowerReason, PowerSuspension } from './suspending.ts';

/** What the operating system tells of power, by way of Electron. */
export interface PowerMonitor {
  on(event: 'on-battery' | 'on-ac' | 'suspend' | 'resume', listener: () => void): void;
  /** The listener is given what delays the end of the computer until the app has quit. */
  onShutdown(listener: (delay: () => void) => void): void;
  isOnBattery(): boolean;
}

export interface PowerParts {
  readonly platform: NodeJS.Platform;
  readonly monitor: () => PowerMonitor;
  /** Undefined where nobody tells. */
  readonly connectLogin1: () => Promise<Login1 | undefined>;
  readonly takeDelayLock: () => DelayLock;
  readonly readBattery: BatteryReader;
  readonly settings: () => Pick<Settings, 'onSleep' | 'batteryPercent'>;
  readonly quit: {
    begin(reason: QuitReason, deadline?: number | null): void;
    cancel(): Promise<void>;
  };
  readonly suspension: PowerSuspension;
  /** Machines were suspended while perhaps nobody looked. */
  readonly onSuspended: (reason: PowerReason, count: number) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  /** Calls again and again at that interval; returns what ends it. */
  readonly every: (milliseconds: number, call: () => void) => () => void;
}

export interface Power {
  /** Once the app is ready. */
  begin(): Promise<void>;
  /** Gives up the lock: the computer may go on. */
  close(): Promise<void>;
}

/** What is left of logind's delay for the process to end in. */
const lastSteps = 700;
/** No event tells of the level; it is read only while the battery is in use. */
const batteryInterval = 60_000;

export function createPower(parts: PowerParts): Power {
  const { platform, quit, suspension, onError } = parts;
  let login1: Login1 | undefined;
  let lock: DelayLock | undefined;
  let isClosed = false;
  let stopWatchingBattery: (() => void) | undefined;
  let hasSuspendedForBattery = false;

  async function beforeSleep(): Promise<void> {
    if (parts.settings().onSleep !== 'suspend') return;
    const count = await suspension.suspend('sleep');
    if (count > 0) parts.onSuspended('sleep', count);
  }

  function hold(): void {
    if (!isClosed && login1 !== undefined) lock ??= parts.takeDelayLock();
  }

  async function letGo(): Promise<void> {
    const held = lock;
    lock = undefined;
    await held?.release();
  }

  async function followLogin1(): Promise<void> {
    login1 = await parts.connectLogin1();
    if (login1 === undefined) return;
    const { maxDelay } = login1;
    login1.on('PrepareForShutdown', (isBeginning, isRestart) => {
      const reason = isRestart ? 'restart' : 'shutDown';
      if (isBeginning) quit.begin(reason, parts.now() + Math.max(0, maxDelay - lastSteps));
      else quit.cancel().catch(onError);
    });
    login1.on('PrepareForSleep', (isBeginning) => {
      if (isBeginning) beforeSleep().then(letGo).catch(onError);
      else {
        hold();
        suspension.bringBack('sleep').catch(onError);
      }
    });
    hold();
  }

  /**
   * macOS: the app delays the end of the session until it has quit, and is not told whether that is a
   * log-out, a shutdown or a restart; sleep waits for nobody.
   */
  function followMac(monitor: PowerMonitor): void {
    monitor.onShutdown((delay) => {
      delay();
      quit.begin('sessionEnd');
    });
    monitor.on('suspend', () => void beforeSleep().catch(onError));
    monitor.on('resume', () => void suspension.bringBack('sleep').catch(onError));
  }

  async function lookAtBattery(): Promise<void> {
    const { batteryPercent } = parts.settings();
    if (batteryPercent === null || hasSuspendedForBattery) return;
    const level = await parts.readBattery();
    if (level === null || level > batteryPercent || hasSuspendedForBattery) return;
    // Once for each time on battery: what a person starts after that is their own decision.
    hasSuspendedForBattery = true;
    const count = await suspension.suspend('battery');
    if (count > 0) parts.onSuspended('battery', count);
  }

  function followBattery(monitor: PowerMonitor): void {
    const look = (): void => void lookAtBattery().catch(onError);
    const onBattery = (): void => {
      stopWatchingBattery ??= parts.every(batteryInterval, look);
      look();
    };
    monitor.on('on-battery', onBattery);
    monitor.on('on-ac', () => {
      stopWatchingBattery?.();
      stopWatchingBattery = undefined;
      hasSuspendedForBattery = false;
    });
    if (monitor.isOnBattery()) onBattery();
  }

  return {
    async begin() {
      const monitor = parts.monitor();
      followBattery(monitor);
      if (platform === 'darwin') followMac(monitor);
      else await followLogin1();
    },
    async close() {
      isClosed = true;
      stopWatchingBattery?.();
      login1?.close();
      await letGo();
    },
  };
}
