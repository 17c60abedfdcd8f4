import { cp, link, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../support/temp-library.ts';

const cold = false;

/** A machine that ran and is suspended, and a copy of its bundle made by hand. */
async function copied(library: TempLibrary, from = 'Demo', to = 'Demo copy') {
  const agent = await library.start();
  const made = await agent.handle['machine.create'](machineRequest(from));
  await agent.handle['machine.start']({ machine: from, cold });
  const nonce = library.hypervisor.guestOf(made.id).nonce();
  await agent.handle['machine.suspend']({ machine: from, reason: 'user' });
  const copy = join(library.path, `${to}.torpor`);
  await cp(made.path, copy, { recursive: true, preserveTimestamps: true });
  await agent.handle['state.get']({});
  return { agent, made, copy, nonce };
}

const at = (agent: Agent, path: string) => agent.state().machines.find((one) => one.path === path);

test('a copied bundle becomes a machine of its own, and neither loses anything', async () => {
  await using library = await tempLibrary();
  const { agent, made, copy, nonce } = await copied(library);
  expect(at(agent, copy)).toMatchObject({
    status: 'broken',
    problem: { code: 'MACHINE_EXISTS', hint: expect.stringContaining('torpor renew') },
  });

  const renewed = await agent.handle['machine.renew']({ machine: copy, name: null });
  expect(renewed).toMatchObject({ name: 'Demo copy', status: 'stopped', problem: null });
  expect(renewed.id).not.toBe(made.id);
  const detail = await agent.handle['machine.show']({ machine: renewed.id });
  const original = await agent.handle['machine.show']({ machine: made.id });
  expect(detail.config?.hardware.network?.mac).not.toBe(original.config?.hardware.network?.mac);
  expect(detail.setAside).toMatchObject([{ reason: expect.stringContaining('copied from') }]);
  expect(detail.setAside[0]?.bytes).toBeGreaterThan(0);
  expect(await readdir(detail.setAside[0]?.path ?? '')).toContain('manifest.json');

  await agent.handle['machine.start']({ machine: renewed.id, cold });
  await agent.handle['machine.resume']({ machine: made.id });
  expect(library.hypervisor.guestOf(made.id).nonce()).toBe(nonce);
  expect(library.hypervisor.guestOf(renewed.id).nonce()).not.toBe(nonce);
});

test('either of the two can be the one that is renewed, under a name of its own', async () => {
  await using library = await tempLibrary();
  const { agent, made, copy } = await copied(library);
  const renewed = await agent.handle['machine.renew']({ machine: made.path, name: 'Second' });
  expect(renewed).toMatchObject({ name: 'Second', path: join(library.path, 'Second.torpor') });
  expect(at(agent, copy)).toMatchObject({ id: made.id, status: 'suspended' });
});

test('a folder that cannot name a machine leaves it the next number', async () => {
  await using library = await tempLibrary();
  const { agent, copy } = await copied(library, 'Demo', 'demo ');
  const renewed = await agent.handle['machine.renew']({ machine: copy, name: null });
  expect(renewed.name).toBe('Demo 2');
});

test('what is no copy, is taken, or runs, is refused and stays as it is', async () => {
  await using library = await tempLibrary();
  const { agent, made, copy } = await copied(library);
  await agent.handle['machine.create'](machineRequest('Other'));
  const renew = (machine: string, name: string | null = null) =>
    agent.handle['machine.renew']({ machine, name });
  await expect(renew('Other')).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  await expect(renew(copy, 'Other')).rejects.toMatchObject({ code: 'MACHINE_EXISTS' });
  await agent.handle['machine.resume']({ machine: made.id });
  await expect(renew(made.path)).rejects.toMatchObject({ code: 'WRONG_STATUS' });
  expect(await readdir(join(copy, 'state'))).toContain('manifest.json');
});

test('a copy whose disks are hard links to the first one’s is refused', async () => {
  await using library = await tempLibrary();
  const { agent, made, copy } = await copied(library);
  const disk = 'disks/vda.raw';
  await rm(join(copy, disk));
  await link(join(made.path, disk), join(copy, disk));
  await expect(agent.handle['machine.renew']({ machine: copy, name: null })).rejects.toMatchObject({
    code: 'DISK_UNAVAILABLE',
    hint: expect.stringContaining('anew'),
  });
});

test('a bundle that is opened by a path through a symbolic link is the same machine', async () => {
  await using library = await tempLibrary();
  const { agent, made } = await copied(library);
  const other = join(library.path, '..', 'by-link');
  await symlink(library.path, other);
  const byLink = join(other, 'Demo.torpor');
  expect(await agent.handle['machine.show']({ machine: byLink })).toMatchObject({ id: made.id });
  // And a library that is opened so is the one that has an agent already.
  await expect(library.start({ library: other })).rejects.toMatchObject({ code: 'LIBRARY_IN_USE' });
  // A link in the library itself is listed as what it is, and can be removed.
  const linked = join(library.path, 'Linked.torpor');
  await symlink(made.path, linked);
  await agent.handle['state.get']({});
  expect(at(agent, linked)).toMatchObject({
    status: 'broken',
    problem: { code: 'MACHINE_BROKEN' },
  });
  await agent.handle['machine.delete']({ machine: linked, permanently: true });
  expect(await readFile(join(made.path, 'machine.json'), 'utf8')).toContain(made.id);
  expect(at(agent, linked)).toBeUndefined();
  await agent.handle['machine.resume']({ machine: made.id });
});
