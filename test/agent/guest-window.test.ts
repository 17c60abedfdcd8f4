import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { heedWindow, setWindowShown } from '../../src/agent/guest-window.ts';
import type { WindowPolicy } from '../../src/core/config.ts';
import { TorporError } from '../../src/core/errors.ts';
import { readConfig } from '../../src/core/library/bundle.ts';
import { exception, vzFailure } from '../drivers/vz/stand-in/failures.ts';
import { createVzWorld } from '../drivers/vz/support/world.ts';

async function shown(onClose: WindowPolicy['onClose']) {
  const world = await createVzWorld();
  const window = { onClose, resize: 'fixed', capturesSystemKeys: false } as const;
  const machine = await world.create({ display: 'window', policy: { window } });
  const ask = vi.fn();
  const onError = vi.fn();
  const held: string[] = [];
  const busy = new Set<string>();
  heedWindow(machine, {
    ...{ ask, onError },
    assertFree() {
      if (busy.size > 0) throw new TorporError('BUSY', 'It is being cloned.');
    },
    async hold(_machine, doing, work) {
      held.push(doing);
      await work();
    },
  });
  await machine.start();
  setWindowShown(machine, true);
  const live = world.liveOf(machine);
  expect(live.window).toBeDefined();
  return { world, machine, live, ask, onError, held, busy };
}

describe('closing the window of a guest', () => {
  test('suspends it where that is the policy, every time', async () => {
    const { world, machine, live, ask } = await shown('suspend');
    live.closeWindow();
    await vi.waitFor(() => expect(machine.status).toBe('suspended'));
    await machine.restore();
    setWindowShown(machine, true);
    world.liveOf(machine).closeWindow();
    await vi.waitFor(() => expect(machine.status).toBe('suspended'));
    expect(ask).not.toHaveBeenCalled();
  });

  test('a suspension that fails leaves guest and window, and is told', async () => {
    const { world, machine, live, onError } = await shown('suspend');
    world.mac.failNext('save', exception('It will not.'));
    live.closeWindow();
    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'SUSPEND_FAILED' });
    expect(machine.status).toBe('running');
    expect(live.window).toBeDefined();
  });

  test('hides it where the guest shall run on', async () => {
    const { machine, live } = await shown('keepRunning');
    live.closeWindow();
    await vi.waitFor(() => expect(live.window).toBeUndefined());
    expect(machine.status).toBe('running');
    setWindowShown(machine, true);
    expect(live.window).toBeDefined();
  });

  test('asks, and does nothing by itself', async () => {
    const { machine, live, ask } = await shown('ask');
    await machine.pause();
    await machine.resume();
    live.closeWindow();
    await vi.waitFor(() => expect(ask).toHaveBeenCalledOnce());
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(ask).toHaveBeenCalledOnce();
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ code: 'WINDOW_CLOSING' });
    expect(machine.status).toBe('running');
    expect(live.window).toBeDefined();
  });
});

test('closing asks also about a guest that is paused', async () => {
  const { machine, live, ask } = await shown('ask');
  await machine.pause();
  live.closeWindow();
  await vi.waitFor(() => expect(ask).toHaveBeenCalledOnce());
  expect(ask.mock.calls[0]?.[0].message).toContain('its guest is paused');
});

describe('the menu of the window', () => {
  test('pauses the guest, lets it go on and suspends it', async () => {
    const { machine, live } = await shown('ask');
    live.choose('Pause');
    await vi.waitFor(() => expect(machine.status).toBe('paused'));
    live.choose('Resume');
    await vi.waitFor(() => expect(machine.status).toBe('running'));
    live.choose('Suspend');
    await vi.waitFor(() => expect(machine.status).toBe('suspended'));
  });

  test('changes the policy, for the window that is open and for later', async () => {
    const { machine, live, held } = await shown('keepRunning');
    live.choose('Send System Keys to the Guest');
    await vi.waitFor(() => expect(live.window?.capturesSystemKeys).toBe(true));
    live.choose('Fit the Guest’s Display to the Window');
    await vi.waitFor(() => expect(live.window?.followsResize).toBe(true));
    expect(live.displaySize).toBeUndefined();
    expect((await readConfig(machine.bundle)).policy.window).toEqual({
      onClose: 'keepRunning',
      resize: 'follow',
      capturesSystemKeys: true,
    });
    expect(held).toEqual(['being changed', 'being changed']);
    // The window left the guest with any size; a fixed one is the one it was made for.
    live.choose('Fit the Guest’s Display to the Window');
    await vi.waitFor(() => expect(live.displaySize).toBe('1920x1080'));
    expect(live.window?.followsResize).toBe(false);
  });

  test('closes as the window’s own button does', async () => {
    const { machine, live } = await shown('keepRunning');
    live.choose('Close');
    await vi.waitFor(() => expect(live.window).toBeUndefined());
    expect(machine.status).toBe('running');
  });

  test('says when it cannot, and leaves the guest as it is', async () => {
    const { world, machine, live, onError, busy } = await shown('ask');
    world.mac.failNext('pause', vzFailure(4, 'Not now.'));
    live.choose('Pause');
    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
    busy.add('clone');
    live.choose('Suspend');
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(2));
    expect(onError.mock.calls.map(([error]) => error.code)).toEqual(['HYPERVISOR_FAILED', 'BUSY']);
    expect(machine.status).toBe('running');
  });
});

describe('showing the window', () => {
  test('of a guest that is away says so', async () => {
    const machine = await (await createVzWorld()).create({ display: 'window' });
    expect(() => setWindowShown(machine, true)).toThrow(
      expect.objectContaining({ code: 'GUEST_ENDED' }),
    );
  });

  test('where there is none says why', async () => {
    const machine = await (await createVzWorld()).boot({ display: 'none' });
    expect(() => setWindowShown(machine, true)).toThrow(
      expect.objectContaining({ code: 'CAPABILITY_MISSING' }),
    );
  });
});
