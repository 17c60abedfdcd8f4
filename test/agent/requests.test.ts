import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Host } from '../../src/core/host.ts';
import { createHost } from '../../src/storage/host.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

const cold = false;

test('a machine is made with copies of its images, and shown', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const image = join(library.path, '..', 'image.raw');
  const kernel = join(library.path, '..', 'vmlinuz');
  await writeFile(image, 'a disk');
  await writeFile(kernel, 'a kernel', { mode: 0o444 });
  const view = await agent.handle['machine.create'](
    machineRequest('Demo', {
      boot: { kernel },
      disks: [
        { kind: 'copy', from: image, format: 'raw' },
        { kind: 'inPlace', path: image, format: 'raw', readOnly: true },
      ],
      policy: { onQuit: 'stop' },
    }),
  );
  expect(view).toMatchObject({ name: 'Demo', status: 'stopped', savedState: null, problem: null });

  const shown = await agent.handle['machine.show']({ machine: view.id });
  expect(shown.config).toMatchObject({
    policy: { onQuit: 'stop', onLaunch: 'resume' },
    hardware: {
      boot: { kind: 'kernel', kernel: 'boot/kernel', initrd: null },
      disks: [
        { id: 'vda', path: 'disks/vda.raw', readOnly: false },
        { id: 'vdb', path: image, readOnly: true },
      ],
    },
  });
  expect(await readdir(join(view.path, 'disks'))).toEqual(['vda.raw']);
  expect(await readdir(join(library.path, '.torpor', 'staging'))).toEqual([]);
});

test('a machine is not made from an image that is not there, and nothing is left of it', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const disks = [{ kind: 'copy', from: '/nowhere/image.raw', format: 'raw' }] as const;
  await expect(
    agent.handle['machine.create'](machineRequest('Demo', { disks })),
  ).rejects.toMatchObject({ code: 'DISK_UNAVAILABLE' });
  expect(agent.state().machines).toEqual([]);
  expect(await readdir(library.path)).toEqual(['.torpor']);
});

test('two machines do not share a name, also while one is being made', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const both = await Promise.allSettled([
    agent.handle['machine.create'](machineRequest('Demo')),
    agent.handle['machine.create'](machineRequest('demo')),
  ]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(agent.handle['machine.create'](machineRequest('DEMO'))).rejects.toMatchObject({
    code: 'MACHINE_EXISTS',
  });
});

test('a renamed machine is found by its new name, in a folder called so', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const { id } = await agent.handle['machine.create'](machineRequest('Demo'));
  const renamed = await agent.handle['machine.rename']({ machine: 'Demo', name: 'demo' });
  expect(renamed).toMatchObject({ id, name: 'demo', path: join(library.path, 'demo.torpor') });
  await expect(agent.handle['machine.show']({ machine: 'Demo' })).rejects.toMatchObject({
    code: 'NO_SUCH_MACHINE',
    hint: 'There is one called “demo”.',
  });
  expect(agent.state().machines).toHaveLength(1);
});

test('a clone has the disks, another identity, and no saved state', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const first = await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: 'Demo', cold });
  await expect(
    agent.handle['machine.clone']({ machine: 'Demo', name: 'Twin' }),
  ).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  await agent.handle['machine.suspend']({ machine: 'Demo', reason: 'user' });

  const notices: string[] = [];
  agent.on('notice', ({ problem }) => notices.push(problem.code));
  const twin = await agent.handle['machine.clone']({ machine: 'Demo', name: 'Twin' });
  expect(notices).toEqual(['STATE_LEFT']);
  expect(twin).toMatchObject({ name: 'Twin', status: 'stopped', savedState: null });
  const configs = await Promise.all(
    ['Demo', 'Twin'].map(async (machine) => {
      return (await agent.handle['machine.show']({ machine })).config;
    }),
  );
  expect(configs[1]?.id).not.toBe(first.id);
  expect(configs[1]?.hardware.network?.mac).not.toBe(configs[0]?.hardware.network?.mac);
  expect(await readdir(join(twin.path, 'disks'))).toEqual(['vda.raw']);
  await agent.handle['machine.start']({ machine: 'Twin', cold });
  await agent.handle['machine.resume']({ machine: 'Demo' });
});

test('a clone that would write to the same image outside is refused', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const path = join(library.path, '..', 'image.raw');
  await writeFile(path, 'a disk');
  const disks = [{ kind: 'inPlace', path, format: 'raw', readOnly: false }] as const;
  await agent.handle['machine.create'](machineRequest('Demo', { disks }));
  await expect(
    agent.handle['machine.clone']({ machine: 'Demo', name: 'Twin' }),
  ).rejects.toMatchObject({ code: 'DISK_UNAVAILABLE' });
});

test('a deleted machine goes to the trash, or for good', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('A'));
  await agent.handle['machine.create'](machineRequest('B'));
  await agent.handle['machine.delete']({ machine: 'A', permanently: false });
  await agent.handle['machine.delete']({ machine: 'B', permanently: true });
  expect(await readdir(library.trash)).toEqual(['A.torpor']);
  expect(await readdir(library.path)).toEqual(['.torpor']);
  expect(agent.state().machines).toEqual([]);
});

test('a running machine is not deleted, nor one that the trash does not take', async () => {
  await using library = await tempLibrary();
  const agent = await library.start({
    trash: () => Promise.reject(new Error('there is no trash here')),
  });
  await agent.handle['machine.create'](machineRequest('Demo'));
  const remove = () => agent.handle['machine.delete']({ machine: 'Demo', permanently: false });
  await expect(remove()).rejects.toMatchObject({ code: 'SYSTEM_CALL_FAILED' });
  await agent.handle['machine.start']({ machine: 'Demo', cold });
  await expect(remove()).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  expect(agent.state().machines).toMatchObject([{ name: 'Demo', status: 'running' }]);
});

test('settings change, but not hardware that a saved state waits for', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  const set = (changes: object) => agent.handle['machine.set']({ machine: 'Demo', changes });
  expect(await set({ memoryMiB: 32, policy: { onLaunch: 'ask' } })).toMatchObject({
    memoryMiB: 32,
  });
  await agent.handle['machine.start']({ machine: 'Demo', cold });
  await agent.handle['machine.suspend']({ machine: 'Demo', reason: 'user' });
  await expect(set({ memoryMiB: 64 })).rejects.toMatchObject({
    code: 'WRONG_STATUS',
    details: { differences: [{ what: 'memoryMiB', saved: '32', now: '64' }] },
  });
  await set({ memoryMiB: 32, policy: { onQuit: 'stop' } });
  await agent.handle['machine.resume']({ machine: 'Demo' });
  const { config } = await agent.handle['machine.show']({ machine: 'Demo' });
  expect(config?.policy).toMatchObject({ onLaunch: 'ask', onQuit: 'stop' });
});

test('what happens at the quit can change while the guest runs, what it is made of cannot', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: 'Demo', cold });
  const set = (changes: object) => agent.handle['machine.set']({ machine: 'Demo', changes });
  await set({ policy: { onQuit: 'keepRunning' } });
  for (const changes of [{ cpus: 4 }, { policy: { stateMode: 'streamed' } }]) {
    await expect(set(changes)).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  }
  expect(await agent.stop('quit')).toMatchObject([{ name: 'Demo', status: 'running' }]);
});

test('the state that is told is the one on disk, also after hands were at work', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['machine.start']({ machine: 'Demo', cold });
  await agent.handle['machine.suspend']({ machine: 'Demo', reason: 'user' });
  await rm(join(path, 'state'), { recursive: true });
  const { machines, revision } = await agent.handle['state.get']({});
  expect(machines).toMatchObject([{ status: 'stopped', savedState: null }]);
  expect((await agent.handle['state.get']({})).revision).toBe(revision);
});

test('start and resume do what a person means by them', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const { id } = await agent.handle['machine.create'](machineRequest('Demo'));
  const machine = 'Demo';
  await expect(agent.handle['machine.resume']({ machine })).rejects.toMatchObject({
    code: 'WRONG_STATUS',
  });
  expect(await agent.handle['machine.start']({ machine, cold })).toMatchObject({
    name: 'Demo',
    status: 'running',
  });
  const nonce = library.hypervisor.guestOf(id).nonce();
  await agent.handle['machine.pause']({ machine });
  await agent.handle['machine.start']({ machine, cold });
  const suspended = await agent.handle['machine.suspend']({ machine, reason: 'user' });
  expect(suspended.bytes).toBeGreaterThan(0);
  await agent.handle['machine.start']({ machine, cold });
  expect(library.hypervisor.guestOf(id).nonce()).toBe(nonce);
  await agent.handle['machine.suspend']({ machine, reason: 'user' });
  await agent.handle['machine.start']({ machine, cold: true });
  expect(library.hypervisor.guestOf(id).nonce()).not.toBe(nonce);
  const shown = await agent.handle['machine.show']({ machine });
  expect(shown.setAside).toMatchObject([{ reason: 'The machine was started cold.' }]);
  expect(await agent.handle['machine.stop']({ machine, force: false })).toMatchObject({
    status: 'stopped',
  });
});

test('a suspension can be cancelled, and a saved state discarded', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const machine = 'Demo';
  await agent.handle['machine.create'](machineRequest(machine));
  await agent.handle['machine.start']({ machine, cold });
  expect(await agent.handle['machine.cancel']({ machine })).toEqual({ cancelled: false });
  const gate = library.hypervisor.holdNext('save');
  const suspended = agent.handle['machine.suspend']({ machine, reason: 'user' });
  const cancelled = expect(suspended).rejects.toMatchObject({ code: 'CANCELLED' });
  await gate.reached;
  expect(await agent.handle['machine.cancel']({ machine })).toEqual({ cancelled: true });
  gate.release();
  await cancelled;
  await agent.handle['machine.suspend']({ machine, reason: 'user' });
  expect(await agent.handle['machine.discardState']({ machine })).toMatchObject({
    status: 'stopped',
    savedState: null,
  });
});

test('a machine that is being worked on is left alone by everybody else', async () => {
  await using library = await tempLibrary();
  const host = createHost();
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const clone: Host['clone'] = async (from, to, options) => {
    reached.resolve();
    await released.promise;
    return host.clone(from, to, options);
  };
  const agent = await library.start({ host: { ...host, clone } });
  await agent.handle['machine.create'](machineRequest('Demo'));
  const cloned = agent.handle['machine.clone']({ machine: 'Demo', name: 'Twin' });
  await reached.promise;
  expect(agent.state().machines).toMatchObject([{ name: 'Demo', operations: [] }]);
  const start = () => agent.handle['machine.start']({ machine: 'Demo', cold });
  await expect(start()).rejects.toMatchObject({ code: 'BUSY' });
  released.resolve();
  await cloned;
  await start();
});

test('a guest’s display and console are reached, and what is missing is said', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  await expect(agent.handle['machine.screenshot']({ machine: 'Demo' })).rejects.toMatchObject({
    code: 'WRONG_STATUS',
  });
  await agent.handle['machine.start']({ machine: 'Demo', cold });
  const { png } = await agent.handle['machine.screenshot']({ machine: 'Demo' });
  expect(Buffer.from(png, 'base64').toString('latin1', 1, 4)).toBe('PNG');
  const { missing } = await agent.handle['machine.show']({ machine: 'Demo' });
  expect(missing).toEqual([]);
  expect(await agent.handle['host.check']({})).toMatchObject([
    { driver: 'memory', available: true, problem: null },
  ]);
});
