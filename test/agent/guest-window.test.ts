import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { heedWindow, setWindowShown } from '../../src/agent/guest-window.ts';
import type { WindowPolicy } from '../../src/core/config.ts';
import { exception } from '../drivers/vz/stand-in/failures.ts';
import { createVzWorld } from '../drivers/vz/support/world.ts';

async function shown(onClose: WindowPolicy['onClose']) {
  const world = await createVzWorld();
  const window = { onClose, resize: 'fixed', capturesSystemKeys: false } as const;
  const machine = await world.create({ display: 'window', policy: { window } });
  const ask = vi.fn();
  const onError = vi.fn();
  heedWindow(machine, ask, onError);
  await machine.start();
  setWindowShown(machine, true);
  const live = world.liveOf(machine);
  expect(live.window).toBeDefined();
  return { world, machine, live, ask, onError };
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
