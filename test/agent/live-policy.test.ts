import { describe, expect, test, vi } from 'vitest';
import type { CreateRequest, PolicyChanges, VzChanges } from '../../src/contract/requests.ts';
import { vzFailure } from '../drivers/vz/stand-in/failures.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';
import { macWithAgents } from './support/mac.ts';

const gibibyte = 1024 ** 3;
const linux: Partial<CreateRequest> = {
  boot: 'uefi',
  disks: [{ kind: 'empty', bytes: 1024 * 1024, format: 'raw' }],
  memoryMiB: 4096,
};

async function macWithLinux(changes: Partial<CreateRequest> = {}) {
  const world = await macWithAgents();
  const agent = await world.launch();
  await agent.handle['machine.create'](world.request('Guest', { ...linux, ...changes }));
  const machine = 'Guest';
  return {
    ...{ agent, mac: world.mac },
    start: () => agent.handle['machine.start']({ machine, cold: false }),
    show: () => agent.handle['machine.show']({ machine }),
    set: (policy: PolicyChanges) => agent.handle['machine.set']({ machine, changes: { policy } }),
    target: () => [...world.mac.live.values()][0]?.memoryTarget,
  };
}

describe('how much memory a guest shall keep', () => {
  test('is asked of one that runs at once, and taken back', async () => {
    const { start, set, target, show } = await macWithLinux();
    await start();
    await vi.waitFor(() => expect(target()).toBe(4 * gibibyte));
    await set({ memoryTargetMiB: 1024 });
    expect(target()).toBe(gibibyte);
    expect((await show()).config?.policy.memoryTargetMiB).toBe(1024);
    await set({ onQuit: 'stop' });
    expect((await show()).config?.policy.memoryTargetMiB).toBe(1024);
    await set({ memoryTargetMiB: null });
    expect(target()).toBe(4 * gibibyte);
    expect((await show()).config?.policy).not.toHaveProperty('memoryTargetMiB');
  });

  test('is asked of each that comes: booted or brought back', async () => {
    const { agent, start, set, target } = await macWithLinux();
    await set({ memoryTargetMiB: 2048 });
    await start();
    await vi.waitFor(() => expect(target()).toBe(2 * gibibyte));
    await agent.handle['machine.suspend']({ machine: 'Guest', reason: 'user' });
    await set({ memoryTargetMiB: 1024 });
    await agent.handle['machine.resume']({ machine: 'Guest' });
    await vi.waitFor(() => expect(target()).toBe(gibibyte));
  });

  test('that the guest did not take over is said, and kept for the next', async () => {
    const { mac, start, set, target, show } = await macWithLinux();
    await start();
    await vi.waitFor(() => expect(target()).toBeDefined());
    mac.failNext('setMemoryTarget', vzFailure(1, 'Not now.'));
    await expect(set({ memoryTargetMiB: 1024 })).rejects.toMatchObject({
      code: 'HYPERVISOR_FAILED',
      message: expect.stringContaining('did not take it over'),
    });
    expect((await show()).config?.policy.memoryTargetMiB).toBe(1024);
    expect((await show()).status).toBe('running');
  });

  test('that fails when a guest comes is told, and the guest runs', async () => {
    const { agent, mac, start, show } = await macWithLinux();
    const told = vi.fn();
    agent.on('notice', told);
    mac.failNext('setMemoryTarget', vzFailure(1, 'Not now.'));
    await start();
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    expect((await show()).status).toBe('running');
  });

  test('is no more than it has', async () => {
    const { set, show } = await macWithLinux();
    await expect(set({ memoryTargetMiB: 8192 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await show()).config?.policy).not.toHaveProperty('memoryTargetMiB');
  });
});

test('what can be chosen while the guest runs is told of each machine', async () => {
  const { show } = await macWithLinux();
  expect((await show()).choices).toEqual(['memoryTarget', 'window']);
  const headless = await macWithLinux({ display: 'none' });
  expect((await headless.show()).choices).toEqual(['memoryTarget']);
});

test('a machine is not given what its driver has not', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  const set = (policy: PolicyChanges) =>
    agent.handle['machine.set']({ machine: 'Demo', changes: { policy } });
  const window = { onClose: 'ask', resize: 'follow', capturesSystemKeys: false } as const;
  for (const policy of [{ memoryTargetMiB: 16 }, { window }]) {
    await expect(set(policy)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
    await expect(
      agent.handle['machine.create'](machineRequest('Other', { policy })),
    ).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  }
  const shown = await agent.handle['machine.show']({ machine: 'Demo' });
  expect(shown.choices).toEqual([]);
  expect(shown.config?.policy).not.toHaveProperty('window');
});

test('how the window behaves is changed while it is open', async () => {
  const { agent, mac, start, set } = await macWithLinux();
  await start();
  await agent.handle['machine.window']({ machine: 'Guest', shown: true });
  const window = () => [...mac.live.values()][0]?.window;
  expect(window()).toMatchObject({ followsResize: false, capturesSystemKeys: false });
  await set({ window: { resize: 'follow' } });
  expect(window()).toMatchObject({ followsResize: true, capturesSystemKeys: false });
  await set({ window: { capturesSystemKeys: true } });
  expect(window()).toMatchObject({ followsResize: true, capturesSystemKeys: true });
});

test('its devices are changed while it is off, and those outside are agreed to', async () => {
  const { agent, start } = await macWithLinux();
  const set = (vz: VzChanges) => agent.handle['machine.set']({ machine: 'Guest', changes: { vz } });
  const path = import.meta.dirname;
  await set({ clipboard: true, sharedFolders: [{ name: 'tests', path, readOnly: true }] });
  const { config } = await agent.handle['machine.show']({ machine: 'Guest' });
  expect(config?.hardware.vz).toMatchObject({
    clipboard: true,
    sharedFolders: [{ name: 'tests' }],
    guest: { kind: 'generic' },
  });
  await start();
  await expect(set({ clipboard: false })).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  for (const where of [`${path}/nothing`, import.meta.filename]) {
    await expect(
      set({ sharedFolders: [{ name: 'no', path: where, readOnly: true }] }),
    ).rejects.toMatchObject({ code: 'DISK_UNAVAILABLE' });
  }
});

test('a machine of another driver has none of Apple’s devices', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  const changes = { vz: { clipboard: true } };
  await expect(agent.handle['machine.set']({ machine: 'Demo', changes })).rejects.toMatchObject({
    code: 'CAPABILITY_MISSING',
  });
});
