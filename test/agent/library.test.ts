import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineWhere, stateWhere } from '../support/agent-state.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

const cold = false;

test('a bundle that is copied in or taken away by hand comes and goes', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  const outside = join(library.path, '..', 'Demo.torpor');
  await rename(path, outside);
  await stateWhere(agent, ({ machines }) => machines.length === 0);

  // As a slow copy does: the folder first, its contents later, the configuration in two parts.
  await mkdir(path);
  const saying = (text: string) =>
    machineWhere(agent, 'Demo', ({ problem }) => problem?.message.includes(text) === true);
  await saying('missing');
  await agent.handle['state.get']({});
  await writeFile(join(path, 'machine.json'), '{ "formatVersion": 1,');
  await saying('cannot be read');
  await agent.handle['state.get']({});
  await cp(outside, path, { recursive: true });
  await machineWhere(agent, 'Demo', ({ status }) => status === 'stopped');
});

test('a broken bundle is listed with what is wrong, and can be deleted', async () => {
  await using library = await tempLibrary();
  await mkdir(join(library.path, 'Odd.torpor'), { recursive: true });
  await writeFile(join(library.path, 'Odd.torpor', 'machine.json'), '{ not json');
  await symlink('/nowhere', join(library.path, 'Gone.torpor'));
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('Demo'));
  expect(await machineWhere(agent, 'Odd', () => true)).toMatchObject({
    status: 'broken',
    problem: { code: 'MACHINE_BROKEN' },
    operations: ['delete'],
  });
  await expect(agent.handle['machine.start']({ machine: 'Odd', cold })).rejects.toMatchObject({
    code: 'MACHINE_BROKEN',
  });
  expect(await agent.handle['machine.show']({ machine: 'Odd' })).toMatchObject({ config: null });
  await agent.handle['machine.delete']({ machine: 'Odd', permanently: true });
  await agent.handle['machine.start']({ machine: 'Demo', cold });
});

test('a machine of a hypervisor that is not here is listed with the reason', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  await first.handle['machine.create'](machineRequest('Demo'));
  await first.detach();
  const second = await library.start({ drivers: new Map() });
  expect(second.state().machines).toMatchObject([
    { name: 'Demo', status: 'broken', problem: { code: 'HYPERVISOR_UNAVAILABLE' } },
  ]);
});

test('of two bundles with one identity the one that is called as its machine is it', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  const { id, path } = await first.handle['machine.create'](machineRequest('Demo'));
  await first.handle['machine.start']({ machine: 'Demo', cold });
  await first.detach();
  const copy = join(library.path, 'Demo copy.torpor');
  await cp(path, copy, { recursive: true });

  const agent = await library.start();
  const inCopy = ({ path: at }: { path: string }) => at === copy;
  expect(agent.state().machines.find(inCopy)).toMatchObject({
    id,
    status: 'broken',
    problem: { code: 'MACHINE_EXISTS' },
  });
  await expect(agent.handle['machine.show']({ machine: 'Demo' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    details: { paths: expect.arrayContaining([path, copy]) },
  });
  expect(await agent.handle['machine.show']({ machine: `${path}/` })).toMatchObject({
    status: 'running',
  });
  await agent.handle['machine.stop']({ machine: path, force: true });
  await rm(path, { recursive: true });
  await stateWhere(agent, ({ machines }) => machines[0]?.status === 'stopped');
  expect(agent.state().machines.find(inCopy)).toMatchObject({ status: 'stopped' });
});
