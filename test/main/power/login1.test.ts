import { describe, expect, test } from 'vitest';
import { connectLogin1, type Login1 } from '../../../src/main/power/login1.ts';
import { privateBus } from '../../support/fake-logind.ts';

const fail = (error: unknown): never => {
  throw error;
};

const next = (login1: Login1, kind: 'PrepareForShutdown' | 'PrepareForSleep') =>
  new Promise<boolean>((resolve) => login1.on(kind, resolve));

describe.runIf(process.platform === 'linux')('on a bus of its own', () => {
  test('it hears of shutting down and sleeping, and how long a lock holds', async () => {
    await using bus = await privateBus();
    const logind = await bus.startLogind(7_500_000);
    const login1 = await connectLogin1(fail, bus.address);
    if (login1 === undefined) throw new Error('not connected');
    expect(login1.maxDelay).toBe(7500);

    const sleeps = next(login1, 'PrepareForSleep');
    logind.tell('PrepareForSleep', true);
    expect(await sleeps).toBe(true);
    const wakes = next(login1, 'PrepareForSleep');
    const shutsDown = next(login1, 'PrepareForShutdown');
    logind.tell('PrepareForSleep', false);
    logind.tell('PrepareForShutdown', true);
    expect([await wakes, await shutsDown]).toEqual([false, true]);
    for (const [type, isRestart] of [
      ['reboot', true],
      ['power-off', false],
      ['soft-reboot', true],
    ] as const) {
      const told = new Promise<unknown>((resolve) =>
        login1.on('PrepareForShutdown', (...words) => resolve(words)),
      );
      logind.tellType(true, type);
      expect([type, await told]).toEqual([type, [true, isRestart]]);
    }
    login1.close();
  });

  test('a bus without logind, and no bus at all, are no errors', async () => {
    await using bus = await privateBus();
    expect(await connectLogin1(fail, bus.address)).toBeUndefined();
    expect(await connectLogin1(fail, 'unix:path=/nonexistent/bus')).toBeUndefined();
  });
});
