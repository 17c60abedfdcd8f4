import { access, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { vzFailure } from './stand-in/failures.ts';
import { createVzWorld } from './support/world.ts';

const macos = { boot: { kind: 'macos' } } as const;

describe('suspending', () => {
  test('a save that fails leaves the guest running and no file', async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    world.mac.failNext('saved', vzFailure(11, 'The machine cannot be saved.'));
    const { nonce } = world.liveOf(machine).guest;
    await expect(machine.suspend('user')).rejects.toMatchObject({
      code: 'SUSPEND_FAILED',
      message: expect.stringContaining('cannot be saved'),
    });
    expect(machine.status).toBe('running');
    expect(world.liveOf(machine).guest).toMatchObject({ nonce, running: true });
    expect(await readdir(machine.bundle.files.state)).toEqual([]);
  });

  test('a guest that can neither be saved nor go on is said to stand still, and can be resumed', async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    world.mac.failNext('saved', vzFailure(11, 'It cannot be saved.'));
    world.mac.failNext('resume', vzFailure(1, 'It cannot go on.'));
    await expect(machine.suspend('user')).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be saved.*stands still.*cannot go on/),
    });
    expect(machine.status).toBe('paused');
    await machine.resume();
    expect(world.liveOf(machine).guest.running).toBe(true);
  });

  test('a volume that fills up meanwhile is said to be full, wherever in the error that stands', async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    const full = { domain: 'NSPOSIXErrorDomain', code: 28, description: 'Full.', reason: null };
    world.mac.failNext('saved', vzFailure(11, 'Failed.', [{ ...full, underlying: [] }]));
    await expect(machine.suspend('user')).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(machine.status).toBe('running');
  });

  test('a guest whose process dies while it is saved has ended, and nothing counts as its state', async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    const gate = world.mac.holdNext('saved');
    const suspending = machine.suspend('user');
    await gate.reached;
    world.liveOf(machine).kill();
    gate.release();
    await expect(suspending).rejects.toMatchObject({ code: 'GUEST_ENDED' });
    await vi.waitFor(() => expect(machine.status).toBe('stopped'));
    expect(machine.savedState).toBeUndefined();
    await machine.start();
    expect(machine.status).toBe('running');
  });

  test('a machine with a device that cannot be saved says which, and can be asked all else', async () => {
    const world = await createVzWorld({ savable: 'strict' });
    const machine = await world.boot({ vz: { profile: 'full', clipboard: true } });
    const { session } = machine;
    expect(session?.save).toMatchObject({
      available: false,
      reason: { code: 'CAPABILITY_MISSING', message: expect.stringContaining('console device') },
    });
    await expect(machine.suspend('user')).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
    expect(machine.status).toBe('running');
  });

  test('on an Intel Mac machines run and cannot be suspended', async () => {
    const world = await createVzWorld({
      facts: { architecture: 'x86_64', canSave: false, canRunMacos: false },
    });
    const machine = await world.boot();
    expect(machine.session?.save).toMatchObject({
      available: false,
      reason: { message: expect.stringContaining('Apple silicon') },
    });
    await machine.forceStop();
  });
});

describe('a state that does not fit any more', () => {
  const suspended = async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    const { nonce } = world.liveOf(machine).guest;
    await machine.suspend('user');
    const expectKept = async () => {
      expect(machine.status).toBe('suspended');
      expect(world.mac.live.size).toBe(0);
      await access(machine.bundle.files.streamState);
    };
    return { world, machine, nonce, expectKept };
  };

  test.each([
    ['another user', { userId: 502 }],
    ['another Mac', { id: 'mac-2' }],
  ])(
    'was made by %s: the framework’s refusal is passed on, nothing is deleted',
    async (_who, other) => {
      const { world, machine, nonce, expectKept } = await suspended();
      const { id, userId } = world.mac;
      Object.assign(world.mac, other);
      await expect(machine.restore()).rejects.toMatchObject({
        code: 'STATE_DOES_NOT_FIT',
        hint: expect.stringContaining('start cold'),
        details: { differences: [{ what: 'Mac or user account', saved: 'another one' }] },
      });
      await expectKept();
      Object.assign(world.mac, { id, userId });
      await machine.restore();
      expect(world.liveOf(machine).guest.nonce).toBe(nonce);
    },
  );

  test('was made by another macOS: both are named', async () => {
    const { world, machine, expectKept } = await suspended();
    world.change({ osVersion: '16.0', osBuild: '25A1' });
    await expect(machine.restore()).rejects.toMatchObject({
      code: 'STATE_DOES_NOT_FIT',
      details: {
        differences: [
          { what: 'macOS of this Mac', saved: 'macOS 15.5 (24F74)', now: 'macOS 16.0 (25A1)' },
        ],
        framework: { domain: 'VZErrorDomain', code: 12 },
      },
    });
    await expectKept();
  });

  test('whose file was changed is damaged, and the framework is not asked', async () => {
    const { machine, expectKept } = await suspended();
    const path = machine.bundle.files.streamState;
    await writeFile(path, 'x', { flag: 'r+' });
    await expect(machine.restore()).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
    await expectKept();
    await truncate(path, 10);
    await expect(machine.restore()).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
  });

  test('can be put aside for a cold start', async () => {
    const { world, machine, nonce } = await suspended();
    await machine.startCold();
    expect(world.liveOf(machine).guest.nonce).not.toBe(nonce);
  });
});

describe('two macOS guests at once', () => {
  const three = async () => {
    const world = await createVzWorld();
    const first = await world.boot(macos);
    const second = await world.boot(macos);
    return { world, first, second, third: await world.create(macos) };
  };

  test('are all that there can be; a third is refused, and starts when there is room', async () => {
    const { first, third } = await three();
    await expect(third.start()).rejects.toMatchObject({
      code: 'GUEST_LIMIT',
      message: expect.stringContaining('two macOS guests'),
      hint: expect.stringContaining('Suspend'),
    });
    expect(third.status).toBe('stopped');
    await first.suspend('user');
    await third.start();
    expect(third.status).toBe('running');
  });

  test('a third saved one is kept, and comes back when there is room', async () => {
    const { first, second, third } = await three();
    await second.suspend('user');
    await third.start();
    await expect(second.restore()).rejects.toMatchObject({ code: 'GUEST_LIMIT' });
    expect(second.status).toBe('suspended');
    await first.forceStop();
    await second.restore();
    expect(second.status).toBe('running');
  });

  test('paused ones keep their place; Linux guests need none', async () => {
    const { world, first, third } = await three();
    await first.pause();
    await expect(third.start()).rejects.toMatchObject({ code: 'GUEST_LIMIT' });
    expect((await world.boot()).status).toBe('running');
  });
});

describe('an agent that ends', () => {
  test('knows that the guest would end with it', async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    expect(machine.session?.endsWithProcess).toBe(true);
  });

  test('without having saved leaves a record, and the next one says what happened', async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    await machine.detach();
    // The process that held the guest is gone, and with it the native part.
    const later = await createVzWorld();
    const found = await later.driver.adopt({
      bundle: machine.bundle,
      config: machine.config,
      runDirectory: join(world.library, 'run'),
    });
    expect(found).toMatchObject({
      found: 'ended',
      problem: { code: 'GUEST_ENDED', message: expect.stringContaining('Torpor ended') },
    });
  });
});
