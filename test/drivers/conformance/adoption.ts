import { describe, expect, test } from 'vitest';
import type { StateMode } from '../../../src/core/config.ts';
import type { Driver, Session } from '../../../src/core/driver.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { restore } from '../../../src/core/restore.ts';
import { suspend } from '../../../src/core/suspend.ts';
import { standIn } from './stand-ins.ts';
import {
  createWorld,
  expectToGoOn,
  expectWholeState,
  type Harness,
  identity,
  remember,
  type World,
} from './world.ts';

/** Guests that outlive their agent, however far it had come with them. */
export function describeAdoption(setup: () => Promise<Harness>, mode: StateMode): void {
  describe('adopting', () => {
    test('finds nothing where nothing ran', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.create();
      const driver = world.harness.newDriver();
      expect(await driver.adopt(world.placeOf(machine))).toEqual({ found: 'nothing' });
      expect(machine.status).toBe('stopped');
      expect(machine.problem).toBeUndefined();
    });

    test('a guest that was let go of runs on and is found', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.detach();
      expect(await world.harness.isAlive(machine)).toBe(true);
      const later = await world.reopen(machine);
      await expectToGoOn(world, later, before);
      await later.suspend('user');
      await expectWholeState(world, later);
      await later.restore();
      await expectToGoOn(world, later, before);
    });

    test('a restored guest is found too, and can be stopped', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.suspend('user');
      await machine.restore();
      await machine.detach();
      const later = await world.reopen(machine);
      await expectToGoOn(world, later, before);
      await later.forceStop();
      expect(await world.harness.isAlive(later)).toBe(false);
    });

    test('a guest that a person paused stays paused', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.pause();
      await machine.detach();
      const later = await world.reopen(machine);
      expect(later.status).toBe('paused');
      await later.resume();
      await expectToGoOn(world, later, before);
    });

    test('a guest that the agent paused by itself goes on', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.pauseFor({ code: 'NO_SPACE', message: 'The volume is full.' });
      expect(machine.status).toBe('paused');
      await machine.detach();
      await expectToGoOn(world, await world.reopen(machine), before);
    });

    test('a guest that an unfinished step left standing goes on', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      const session = sessionOf(machine);
      if (!session.save.available) throw new Error(session.save.reason.message);
      await session.save.use({ mode });
      await machine.detach();
      await expectToGoOn(world, await world.reopen(machine), before);
    });

    test('a guest that died meanwhile is said to have ended, and its machine starts', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      await machine.detach();
      await world.harness.kill(machine);
      const later = await world.reopen(machine);
      expect(later.status).toBe('stopped');
      expect(later.problem).toMatchObject({ code: 'GUEST_ENDED' });
      await later.start();
      await world.harness.counterAbove(later, 0);
      expect(later.problem).toBeUndefined();
    });

    test('between commit and end: the suspension is finished', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await suspendUpToEnd(world, machine);
      await machine.detach();
      await expectRestorable(world, machine, before);
    });

    test('between commit and end, and the guest died meanwhile: the state counts', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await suspendUpToEnd(world, machine);
      await machine.detach();
      await world.harness.kill(machine);
      await expectRestorable(world, machine, before);
    });

    test('loaded and not consumed: the state counts, nothing runs', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.suspend('user');
      const session = await restoreUpTo('loaded', world, machine);
      await session.detach();
      await expectRestorable(world, machine, before);
    });

    test('consumed and not resumed: the guest goes on', async () => {
      const world = await createWorld(setup, mode);
      const machine = await world.boot();
      const before = await remember(world, machine);
      await machine.suspend('user');
      const session = await restoreUpTo('consumed', world, machine);
      await session.detach();
      await expectToGoOn(world, await world.reopen(machine), before);
    });
  });
}

/** Where an agent dies: nothing after this happens, also no clean-up. */
function deathOfAgent(arrived: () => void): Promise<never> {
  arrived();
  return new Promise(() => {});
}

/** A suspension whose agent dies when the state is committed. */
async function suspendUpToEnd(world: World, machine: Machine): Promise<void> {
  const dead = Promise.withResolvers<void>();
  const session = standIn(sessionOf(machine), { end: () => deathOfAgent(dead.resolve) });
  const place = world.placeOf(machine);
  const context = {
    ...{ place, session, identity, torporVersion: '0.0.0' },
    wasPaused: false,
    onError: dead.reject,
  };
  suspend(context, { reason: 'quit' }).catch(dead.reject);
  await dead.promise;
}

/** A restore whose agent dies when everything is loaded, or just before the guest goes on. */
async function restoreUpTo(
  moment: 'loaded' | 'consumed',
  world: World,
  machine: Machine,
): Promise<Session> {
  const dead = Promise.withResolvers<Session>();
  const real = world.harness.newDriver();
  const driver: Driver = {
    ...real,
    async restore(place, manifest, options) {
      const session = await real.restore(place, manifest, options);
      const die = () => deathOfAgent(() => dead.resolve(session));
      return moment === 'loaded' ? die() : standIn(session, { resume: die });
    },
  };
  const context = { place: world.placeOf(machine), driver, identity, onError: dead.reject };
  restore(context, {}).catch(dead.reject);
  return dead.promise;
}

async function expectRestorable(
  world: World,
  machine: Machine,
  before: Awaited<ReturnType<typeof remember>>,
): Promise<void> {
  const later = await world.reopen(machine);
  expect(later.problem).toBeUndefined();
  await expectWholeState(world, later);
  await later.restore();
  await expectToGoOn(world, later, before);
}

function sessionOf({ session }: Machine): Session {
  if (session === undefined) throw new Error('the machine has no session');
  return session;
}
