import { access } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Problem } from '../../../src/core/errors.ts';
import { englishWords } from '../../../src/drivers/vz/window.ts';
import { exception, vzFailure } from './stand-in/failures.ts';
import { createVzWorld } from './support/world.ts';

describe('the window', () => {
  const shown = async (window?: { resize: 'fixed' | 'follow'; capturesSystemKeys: boolean }) => {
    const world = await createVzWorld();
    const policy = window === undefined ? {} : { window: { ...window, onClose: 'ask' as const } };
    const machine = await world.boot({ display: 'window', policy });
    const { session } = machine;
    if (session?.window?.available !== true) throw new Error('no window');
    return { world, machine, session, window: session.window.use };
  };

  test('opens with the machine’s name, a fixed resolution and the host’s keys', async () => {
    const { world, machine, window } = await shown();
    window.show();
    expect(world.liveOf(machine).window).toMatchObject({
      title: 'Guest',
      subtitle: '',
      followsResize: false,
      capturesSystemKeys: false,
    });
    window.hide();
    expect(world.liveOf(machine).window).toBeUndefined();
    expect(machine.status).toBe('running');
  });

  test('follows the machine’s policy', async () => {
    const { world, machine, window } = await shown({ resize: 'follow', capturesSystemKeys: true });
    window.show();
    expect(world.liveOf(machine).window).toMatchObject({
      followsResize: true,
      capturesSystemKeys: true,
    });
  });

  test('that a person closes is only told', async () => {
    const { world, machine, session, window } = await shown();
    window.show();
    const asked = vi.fn();
    session.on('windowCommand', asked);
    world.liveOf(machine).closeWindow();
    await vi.waitFor(() => expect(asked.mock.calls).toEqual([['close']]));
    expect(world.liveOf(machine).window).toBeDefined();
  });

  test('has a menu, which says how the guest is', async () => {
    const { world, machine, window } = await shown({ resize: 'follow', capturesSystemKeys: false });
    window.show();
    const menu = () =>
      world.liveOf(machine).window?.menu.map((item) => {
        if (item.kind === 'separator') return '-';
        return item.kind === 'command' && item.isTicked ? `✓ ${item.label}` : item.label;
      });
    const before = [
      ...[
        'Full Screen',
        'Send System Keys to the Guest',
        '✓ Fit the Guest’s Display to the Window',
      ],
      ...['-', 'Pause', 'Suspend', '-', 'Close'],
    ];
    expect(menu()).toEqual(before);
    await machine.pause();
    expect(menu()).toEqual(before.with(4, 'Resume'));
    expect(world.liveOf(machine).window?.subtitle).toBe('Paused');
    await machine.resume();
    expect(menu()).toEqual(before);
    expect(world.liveOf(machine).window?.subtitle).toBe('');
  });

  test('tells what is chosen in its menu, and does nothing by itself', async () => {
    const { world, machine, session, window } = await shown();
    window.show();
    const chosen = vi.fn();
    session.on('windowCommand', chosen);
    world.liveOf(machine).choose('Suspend');
    await vi.waitFor(() => expect(chosen.mock.calls).toEqual([['suspend']]));
    expect(machine.status).toBe('running');
  });

  test('speaks the language of the app', async () => {
    const world = await createVzWorld({
      words: () => ({ ...englishWords, suspend: 'Schlafen legen' }),
    });
    const machine = await world.boot({ display: 'window' });
    if (machine.session?.window?.available !== true) throw new Error('no window');
    machine.session.window.use.show();
    expect(world.liveOf(machine).window?.menu).toContainEqual(
      expect.objectContaining({ label: 'Schlafen legen', command: 'suspend' }),
    );
  });

  test('gives a picture, which is kept at a suspension', async () => {
    const { machine, session, window } = await shown();
    if (!session.screenshot.available) throw new Error('no screenshot');
    await expect(session.screenshot.use()).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
    window.show();
    expect(
      Buffer.from(await session.screenshot.use())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await machine.suspend('user');
    await access(machine.bundle.files.lastFrame);
  });

  test('whose picture fails keeps no suspension from being made', async () => {
    const { world, machine, window } = await shown();
    window.show();
    world.mac.failNext('screenshot', exception('DRM'));
    await machine.suspend('user');
    expect(machine.status).toBe('suspended');
  });

  test('is missing without an app, and for a machine without a display', async () => {
    const headless = await createVzWorld({ facts: { hasWindows: false } });
    const inside = await headless.boot({ display: 'window' });
    expect(inside.session?.window).toMatchObject({
      available: false,
      reason: { message: expect.stringContaining('without windows') },
    });
    const { session } = await (await createVzWorld()).boot({ display: 'none' });
    expect(session?.window).toMatchObject({ available: false });
    expect(session?.screenshot).toMatchObject({ available: false });
  });
});

describe('a guest that runs', () => {
  const running = async () => {
    const world = await createVzWorld();
    const machine = await world.boot();
    const problems: Problem[] = [];
    machine.on('problem', (problem) => problems.push(problem));
    return { world, machine, problems, live: world.liveOf(machine) };
  };
  /** The stand-in tells everything within a few turns of the event loop. */
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await setImmediate();
  };

  test('gets its network back without anybody hearing of it', async () => {
    const { live, problems } = await running();
    live.disconnectNetwork();
    live.disconnectNetwork();
    await settled();
    expect(problems).toEqual([]);
  });

  test('whose network stays away is told of once', async () => {
    const { world, live, problems } = await running();
    for (let attempt = 0; attempt < 3; attempt++) {
      world.mac.failNext('reconnectNetwork', vzFailure(7, 'No interface.'));
      live.disconnectNetwork();
    }
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    await settled();
    expect(problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('lost its network') }),
    ]);
  });

  test('whose network disk fails is told of once for each loss', async () => {
    const { live, problems } = await running();
    live.failNetworkDisk('net');
    live.failNetworkDisk('net');
    live.connectNetworkDisk('net');
    live.failNetworkDisk('net');
    await vi.waitFor(() => expect(problems).toHaveLength(2));
    await settled();
    expect(problems.map(({ code }) => code)).toEqual(['DISK_UNAVAILABLE', 'DISK_UNAVAILABLE']);
  });

  test('that shuts down by itself leaves its files free for the next', async () => {
    const { world, machine, live, problems } = await running();
    live.shutDown();
    await vi.waitFor(() => expect(machine.status).toBe('stopped'));
    expect(problems).toEqual([]);
    expect(world.mac.lockedFiles.size).toBe(0);
    await machine.start();
  });

  test('is what it was made, also before its state is told', async () => {
    const { world, machine } = await running();
    world.mac.tellsLate = true;
    const heard: string[] = [];
    machine.session?.on('statusChanged', (status) => heard.push(status));
    await machine.pause();
    expect(machine.status).toBe('paused');
    await settled();
    await machine.resume();
    expect(machine.status).toBe('running');
    await settled();
    expect(heard).toEqual(['paused', 'running']);
  });

  test('that cannot be paused says so and runs on', async () => {
    const { world, machine } = await running();
    world.mac.failNext('pause', vzFailure(4, 'Not now.'));
    await expect(machine.pause()).rejects.toMatchObject({ code: 'HYPERVISOR_FAILED' });
    expect(machine.status).toBe('running');
  });

  test('that cannot be ended is not thought to have ended', async () => {
    const { world, machine, live } = await running();
    world.mac.failNext('stop', vzFailure(1, 'It will not.'));
    await expect(machine.forceStop()).rejects.toMatchObject({ code: 'HYPERVISOR_FAILED' });
    expect(machine.status).toBe('running');
    expect(live.guest.running).toBe(true);
    await machine.forceStop();
    expect(machine.status).toBe('stopped');
  });

  test('that dies while it starts is no running guest', async () => {
    const world = await createVzWorld();
    const machine = await world.create();
    world.mac.failNext('start', vzFailure(1, 'The virtual machine stopped unexpectedly.'));
    await expect(machine.start()).rejects.toMatchObject({ code: 'HYPERVISOR_FAILED' });
    expect(machine.status).toBe('stopped');
    expect(world.mac.lockedFiles.size).toBe(0);
    await machine.start();
    expect(machine.status).toBe('running');
  });
});
