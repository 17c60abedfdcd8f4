import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { StateMode } from '../../../src/core/config.ts';
import type { Capability, Console, Session } from '../../../src/core/driver.ts';
import { exists } from '../../../src/core/library/bundle.ts';
import type { Machine } from '../../../src/core/machine.ts';
import type { Abilities } from '../conformance.ts';
import { createWorld, expectToGoOn, type Harness, preparedPlace, remember } from './world.ts';

/** A guest that runs, pauses and stops; nothing is saved. */
export function describeRunning(
  setup: () => Promise<Harness>,
  mode: StateMode,
  { stopsByRequest, echoes }: Abilities,
): void {
  describe('running', () => {
    test('starts a guest that counts', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      expect(machine.status).toBe('running');
      expect(await world.harness.isAlive(machine)).toBe(true);
      await expectToGoOn(world, machine, await remember(world, machine));
    });

    test('a paused guest stands, and goes on where it was', async () => {
      const world = await createWorld(setup, mode);
      const { harness } = world;
      const machine = await world.boot();
      const before = await remember(world, machine);
      const heard: string[] = [];
      sessionOf(machine).on('statusChanged', (status) => heard.push(status));
      await machine.pause();
      expect(machine.status).toBe('paused');
      const counter = await harness.counter(machine);
      await harness.letTimePass();
      expect(await harness.counter(machine)).toBe(counter);
      await machine.resume();
      await expectToGoOn(world, machine, before);
      expect(heard).toEqual(['paused', 'running']);
    });

    test('two guests of one machine never run at once', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      const blind = {
        ...world.harness.newDriver(),
        adopt: async () => ({ found: 'nothing' }) as const,
      };
      const other = await world.reopen(machine, blind);
      await expect(other.start()).rejects.toThrow();
      await expectToGoOn(world, machine, before);
    });

    test('a forced stop ends the guest at once and leaves no memory behind', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const ended = endOf(machine);
      await machine.forceStop();
      expect(await ended).toEqual({});
      expect(machine.status).toBe('stopped');
      expect(machine.problem).toBeUndefined();
      expect(await world.harness.isAlive(machine)).toBe(false);
      expect(await exists(machine.bundle.files.state)).toBe(false);
    });

    test('a forced stop ends a paused guest too', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      await machine.pause();
      await machine.forceStop();
      expect(await world.harness.isAlive(machine)).toBe(false);
    });

    test.skipIf(!stopsByRequest)('a guest that is asked to stop shuts down', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const ended = endOf(machine);
      await machine.requestStop();
      expect(await ended).toEqual({});
      expect(machine.status).toBe('stopped');
      expect(await world.harness.isAlive(machine)).toBe(false);
      expect(await exists(machine.bundle.files.state)).toBe(false);
      const again = await world.reopen(machine);
      expect(again.problem).toBeUndefined();
    });

    test('a guest that was stopped boots afresh', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { nonce } = await remember(world, machine);
      await machine.forceStop();
      await machine.start();
      await world.harness.counterAbove(machine, 0);
      expect(await world.harness.nonce(machine)).not.toBe(nonce);
    });

    test('whoever holds a session that is over is told so, and ending it again is no error', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const session = sessionOf(machine);
      await machine.forceStop();
      await session.end();
      await expect(session.pause()).rejects.toThrow();
      await expect(session.resume()).rejects.toThrow();
    });

    test('an end is told to who subscribes after it', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.create();
      const driver = world.harness.newDriver();
      const session = await driver.start(await preparedPlace(world.placeOf(machine)), {});
      await session.end();
      await setImmediate();
      const ended = vi.fn();
      session.on('ended', ended);
      await vi.waitFor(() => expect(ended).toHaveBeenCalledExactlyOnceWith({}));
    });

    test('a start that is cancelled beforehand leaves nothing running', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.create();
      const place = await preparedPlace(world.placeOf(machine));
      const signal = AbortSignal.abort();
      await expect(world.harness.newDriver().start(place, { signal })).rejects.toThrow();
      expect(await world.harness.isAlive(machine)).toBe(false);
    });

    test('each capability works or says why it is missing', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { save, requestStop, screenshot, console, setClock, activity } = sessionOf(machine);
      for (const capability of [save, requestStop, screenshot, console, setClock, activity]) {
        if (capability !== undefined) expectReason(capability);
      }
      if (screenshot.available) {
        const png = Buffer.from(await screenshot.use());
        expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
      }
    });

    test('the CPU time of a guest that runs grows, where it can be told', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { activity } = sessionOf(machine);
      if (activity?.available !== true) return;
      const before = await activity.use();
      let now = before;
      while (now.cpuSeconds <= before.cpuSeconds) {
        await world.harness.counterAbove(machine, await world.harness.counter(machine));
        now = await activity.use();
      }
    });

    test.skipIf(!echoes)('the console carries bytes both ways', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const { console } = sessionOf(machine);
      if (!console.available) throw new Error(console.reason.message);
      await expectEcho(console.use, 'torpor-echo-\u00e9');
    });
  });
}

function sessionOf({ session }: Machine): Session {
  if (session === undefined) throw new Error('the machine has no session');
  return session;
}

function endOf(machine: Machine): Promise<unknown> {
  return new Promise((resolve) => {
    sessionOf(machine).on('ended', resolve);
  });
}

function expectReason(capability: Capability<unknown>): void {
  if (capability.available) return;
  expect(capability.reason.code).toMatch(/^[A-Z_]+$/);
  expect(capability.reason.message).not.toBe('');
}

async function expectEcho(console: Console, text: string): Promise<void> {
  let heard = Buffer.alloc(0);
  const off = console.onData((bytes) => {
    heard = Buffer.concat([heard, bytes]);
  });
  console.write(Buffer.from(`${text}\n`));
  await vi.waitFor(() => expect(heard.toString()).toContain(text), { timeout: 10_000 });
  off();
}
