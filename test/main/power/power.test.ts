import { expect, test } from 'vitest';
import { createPower, type PowerMonitor, type PowerParts } from '../../../src/main/power/power.ts';
import { createPowerSuspension } from '../../../src/main/power/suspending.ts';
import { machine, stateOf, suspended } from '../support/samples.ts';

/** A computer whose power is in the test's hands; `did` tells what the app did, in order. */
function computer(changes: Partial<PowerParts> = {}) {
  const did: string[] = [];
  const heard = new Map<string, () => void>();
  const login1 = new Map<string, (isBeginning: boolean, isRestart: boolean) => void>();
  let tick: (() => void) | undefined;
  const monitor: PowerMonitor = {
    on: (event, listener) => void heard.set(event, listener),
    onShutdown: (listener) => void heard.set('shutdown', () => listener(() => did.push('delay'))),
    isOnBattery: () => false,
  };
  const power = createPower({
    platform: 'linux',
    monitor: () => monitor,
    connectLogin1: async () => ({
      maxDelay: 5000,
      on: (kind, listener) => void login1.set(kind, listener),
      close: () => did.push('close'),
    }),
    takeDelayLock() {
      did.push('lock');
      return { release: async () => void did.push('release') };
    },
    readBattery: async () => 3,
    settings: () => ({ onSleep: 'suspend', batteryPercent: 5 }),
    quit: {
      begin: (reason, deadline = null) => void did.push(`quit ${reason} ${deadline}`),
      cancel: async () => void did.push('cancel quit'),
    },
    suspension: {
      async suspend(reason) {
        did.push(`suspend ${reason}`);
        return 1;
      },
      bringBack: async (reason) => void did.push(`back ${reason}`),
    },
    onSuspended: (reason, count) => did.push(`told ${reason} ${count}`),
    onError: (error) => did.push(String(error)),
    now: () => 1000,
    every(milliseconds, call) {
      did.push(`watch ${milliseconds}`);
      tick = call;
      return () => did.push('stop watching');
    },
    ...changes,
  });
  return {
    power,
    did,
    hears: (event: string) => heard.get(event)?.(),
    logind: (kind: string, isBeginning: boolean, isRestart = false) =>
      login1.get(kind)?.(isBeginning, isRestart),
    tick: () => tick?.(),
    /** Everything that was begun goes as far as it can. */
    settle: () => new Promise(setImmediate),
  };
}

test('Linux: the lock is held; shutting down quits before logind’s deadline; calling it off cancels', async () => {
  const host = computer();
  await host.power.begin();
  host.logind('PrepareForShutdown', true);
  host.logind('PrepareForShutdown', false);
  await host.power.close();
  expect(host.did).toEqual(['lock', 'quit shutDown 5300', 'cancel quit', 'close', 'release']);
});

test('Linux: a restart is known as one where logind says so', async () => {
  const host = computer();
  await host.power.begin();
  host.logind('PrepareForShutdown', true);
  host.logind('PrepareForShutdown', true, true);
  expect(host.did).toEqual(['lock', 'quit shutDown 5300', 'quit restart 5300']);
});

test('Linux: sleep waits for the suspension; waking takes the lock again and brings back', async () => {
  const host = computer();
  await host.power.begin();
  host.logind('PrepareForSleep', true);
  await host.settle();
  host.logind('PrepareForSleep', false);
  await host.settle();
  expect(host.did).toEqual([
    'lock',
    'suspend sleep',
    'told sleep 1',
    'release',
    'lock',
    'back sleep',
  ]);
});

test('Linux: with the policy to leave them, sleep is let go at once', async () => {
  const host = computer({ settings: () => ({ onSleep: 'leave', batteryPercent: null }) });
  await host.power.begin();
  host.logind('PrepareForSleep', true);
  await host.settle();
  expect(host.did).toEqual(['lock', 'release']);
});

test('no logind is no error', async () => {
  const host = computer({ connectLogin1: async () => undefined });
  await host.power.begin();
  await host.power.close();
  expect(host.did).toEqual([]);
});

test('macOS: the end of the computer is delayed until the app has quit', async () => {
  const host = computer({ platform: 'darwin' });
  await host.power.begin();
  host.hears('shutdown');
  host.hears('suspend');
  await host.settle();
  host.hears('resume');
  expect(host.did).toEqual([
    'delay',
    'quit sessionEnd null',
    'suspend sleep',
    'told sleep 1',
    'back sleep',
  ]);
});

test('a low battery suspends once; the level is looked at only while the battery is in use', async () => {
  let level = 50;
  const host = computer({ platform: 'darwin', readBattery: async () => level });
  await host.power.begin();
  expect(host.did).toEqual([]);
  host.hears('on-battery');
  await host.settle();
  level = 5;
  host.tick();
  await host.settle();
  host.tick();
  await host.settle();
  host.hears('on-ac');
  expect(host.did).toEqual(['watch 60000', 'suspend battery', 'told battery 1', 'stop watching']);
});

test('what a person was faster with is not brought back', async () => {
  const asleep = suspended('sleep');
  let state = stateOf(
    machine({ id: 'a', name: 'a', status: 'running' }),
    machine({ id: 'b', name: 'b', status: 'running' }),
    machine({ id: 'c', name: 'c', status: 'suspended', savedState: suspended('user') }),
  );
  const resumed: string[] = [];
  const suspension = createPowerSuspension(
    () => ({
      state: () => state,
      async request(name: string, params: object): Promise<never> {
        if (name === 'machine.resume' && 'machine' in params) resumed.push(String(params.machine));
        if (name === 'machine.suspendAll') {
          state = stateOf(
            machine({ id: 'a', name: 'a', status: 'suspended', savedState: asleep }),
            machine({ id: 'b', name: 'b', status: 'suspended', savedState: asleep }),
            machine({ id: 'c', name: 'c', status: 'suspended', savedState: suspended('user') }),
          );
        }
        return Promise.reject(new Error('only noted'));
      },
    }),
    () => {},
  );
  expect(await suspension.suspend('sleep')).toBe(2);
  state = stateOf(
    machine({ id: 'a', name: 'a', status: 'running' }),
    machine({ id: 'b', name: 'b', status: 'suspended', savedState: asleep }),
  );
  await suspension.bringBack('sleep');
  expect(resumed).toEqual(['b']);
});
