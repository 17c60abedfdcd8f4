import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineRequest, type TempLibrary, tempLibrary } from '../support/temp-library.ts';

const machine = 'Demo';
const day = 24 * 60 * 60 * 1000;

async function withMachine(library: TempLibrary) {
  const agent = await library.start();
  const { path } = await agent.handle['machine.create'](machineRequest(machine));
  /** A state that was set aside so many days ago. */
  const setAside = async (days: number) => {
    const at = new Date(Date.now() - days * day).toISOString();
    const folder = join(path, 'set-aside', at.replaceAll(/[:.]/g, '-'));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'memory.bin'), Buffer.alloc(100_000, 1));
    await writeFile(join(folder, 'set-aside.json'), JSON.stringify({ at, reason: 'For a test.' }));
    return folder;
  };
  const left = () => readdir(join(path, 'set-aside'));
  const run = async () => {
    await agent.handle['machine.start']({ machine, cold: false });
    await agent.handle['machine.suspend']({ machine, reason: 'user' });
  };
  return { agent, path, setAside, left, run };
}

test('states that were set aside are listed with their sizes, and deleted when a person asks', async () => {
  await using library = await tempLibrary();
  const { agent, setAside, left, run } = await withMachine(library);
  await setAside(1);
  await run();
  await agent.handle['machine.start']({ machine, cold: true });
  const { setAside: listed } = await agent.handle['machine.show']({ machine });
  expect(listed).toMatchObject([{ reason: 'For a test.' }, { reason: /started cold/ }]);
  expect(listed[0]?.bytes).toBeGreaterThanOrEqual(100_000);
  const { removed } = await agent.handle['machine.clean']({ machine });
  expect(removed.map(({ path }) => path)).toEqual(listed.map(({ path }) => path));
  expect(await left()).toEqual([]);
  // The guest that runs was none of it.
  await agent.handle['machine.suspend']({ machine, reason: 'user' });
  await agent.handle['machine.resume']({ machine });
  expect(await agent.handle['machine.clean']({ machine })).toEqual({ removed: [] });
});

test('nothing is deleted by itself unless a person sets a period', async () => {
  await using library = await tempLibrary();
  const { agent, setAside, left, run } = await withMachine(library);
  await setAside(1000);
  await run();
  await agent.handle['agent.setCleaning']({ days: null });
  expect(await left()).toHaveLength(1);
});

test('after the period what is older goes, and the last state of a machine stays', async () => {
  await using library = await tempLibrary();
  const { agent, setAside, left, run } = await withMachine(library);
  await setAside(40);
  await setAside(35);
  await setAside(10);
  await agent.handle['agent.setCleaning']({ days: 30 });
  expect(await left()).toHaveLength(1);
  await agent.handle['agent.setCleaning']({ days: 5 });
  // It is the only state that there is of this machine.
  expect(await left()).toHaveLength(1);
  await run();
  await agent.handle['agent.setCleaning']({ days: 5 });
  expect(await left()).toEqual([]);
});

test('a state whose age nobody knows stays', async () => {
  await using library = await tempLibrary();
  const { agent, path, setAside, left, run } = await withMachine(library);
  await run();
  await setAside(-3);
  await mkdir(join(path, 'set-aside', '1999-without-a-record'));
  await agent.handle['agent.setCleaning']({ days: 1 });
  expect(await left()).toHaveLength(2);
});

test('nothing is deleted while the machine is worked on: a cold start that fails puts it back', async () => {
  await using library = await tempLibrary();
  const { agent, left, run } = await withMachine(library);
  await run();
  const gate = library.hypervisor.holdNext('start');
  const started = agent.handle['machine.start']({ machine, cold: true });
  const failed = expect(started).rejects.toThrow('no');
  await gate.reached;
  await expect(agent.handle['machine.clean']({ machine })).rejects.toMatchObject({ code: 'BUSY' });
  await agent.handle['agent.setCleaning']({ days: 1 });
  library.hypervisor.failNext('start', new Error('no'));
  gate.release();
  await failed;
  expect(await left()).toEqual([]);
  await agent.handle['machine.resume']({ machine });
});

test('a folder that somebody put in the place of the set-aside states is not emptied', async () => {
  await using library = await tempLibrary();
  const { agent, path } = await withMachine(library);
  const precious = join(library.path, '..', 'precious');
  await mkdir(join(precious, 'photos'), { recursive: true });
  await rm(join(path, 'set-aside'), { recursive: true, force: true });
  await symlink(precious, join(path, 'set-aside'));
  await expect(agent.handle['machine.clean']({ machine })).rejects.toMatchObject({
    code: 'MACHINE_BROKEN',
  });
  expect(await readdir(precious)).toEqual(['photos']);
});
