import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { createHost } from '../../src/storage/host.ts';
import { statusesOf } from '../support/agent-state.ts';
import { failingHost } from '../support/failing-host.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';
import { remount, volumeForTest } from '../support/volume.ts';

const start = (agent: Agent, machine: string) =>
  agent.handle['machine.start']({ machine, cold: false });
const suspend = (agent: Agent, machine: string) =>
  agent.handle['machine.suspend']({ machine, reason: 'user' });

test('a library of 100 machines, of which 10 run at once, comes back as it was', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const names = Array.from({ length: 100 }, (_, index) => `Machine ${index + 1}`);
  await Promise.all(names.map((name) => agent.handle['machine.create'](machineRequest(name))));
  const running = names.slice(0, 10);
  await Promise.all(running.map((name) => start(agent, name)));
  const nonces = agent
    .state()
    .machines.flatMap(({ id, status }) =>
      status === 'running' ? [library.hypervisor.guestOf(id).nonce()] : [],
    );
  expect(nonces).toHaveLength(10);

  const reports = await agent.stop('quit');
  expect(reports.map(({ status }) => status)).toEqual(Array(10).fill('suspended'));
  const next = await library.start();
  await next.launched;
  expect(next.state().machines).toHaveLength(100);
  const back = next
    .state()
    .machines.flatMap(({ id, status }) =>
      status === 'running' ? [library.hypervisor.guestOf(id).nonce()] : [],
    );
  expect(back.toSorted()).toEqual(nonces.toSorted());
});

describe('a name', () => {
  test.each([
    ['with spaces and signs', 'My “old”   laptop: C:\\ (50 %) & more'],
    ['of emoji', '👩‍👩‍👧‍👦🧑🏽‍🚀 ноутбук 笔记本'],
    ['of 200 characters', 'ä'.repeat(200)],
    ['of 200 characters of four bytes', '𝕏'.repeat(100)],
    ['that looks like a path', '../../etc/passwd'],
    ['that looks like an option', '--force'],
  ])('%s is that of a machine from its making to its end', async (_what, name) => {
    await using library = await tempLibrary();
    const agent = await library.start();
    const { path } = await agent.handle['machine.create'](machineRequest(name));
    expect(join(library.path, basename(path))).toBe(path);
    await start(agent, name);
    await suspend(agent, name);
    await agent.handle['machine.resume']({ machine: name });
    expect(statusesOf(agent.state())).toEqual({ [name]: 'running' });
    await agent.stop('quit');
    const next = await library.start({ restoreOnLaunch: false });
    expect(statusesOf(next.state())).toEqual({ [name]: 'suspended' });
    await next.handle['machine.clone']({ machine: name, name: 'Clone' });
    await next.handle['machine.delete']({ machine: name, permanently: true });
    expect(statusesOf(next.state())).toEqual({ Clone: 'stopped' });
  });

  test('of 201 characters is refused', async () => {
    await using library = await tempLibrary();
    const agent = await library.start();
    const create = agent.handle['machine.create'](machineRequest('x'.repeat(201)));
    await expect(create).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(agent.state().machines).toEqual([]);
  });
});

test('a library may have a path far longer than a socket’s: its sockets are elsewhere', async () => {
  await using library = await tempLibrary();
  const path = join(
    library.path,
    ...Array<string>(12).fill('a folder with a name of 200 '.repeat(7)),
  );
  expect(path.length).toBeGreaterThan(2000);
  const agent = await library.start({ library: path });
  await agent.handle['machine.create'](machineRequest('Deep'));
  await start(agent, 'Deep');
  const client = await library.client(agent);
  expect((await client.request('state.get', {})).machines).toMatchObject([{ name: 'Deep' }]);
  await agent.handle['machine.console']({ machine: 'Deep' });
  await suspend(agent, 'Deep');
});

test('a library with a path that no file can have is refused and told why', async () => {
  await using library = await tempLibrary();
  const path = join(library.path, 'x'.repeat(256));
  await expect(library.start({ library: path })).rejects.toMatchObject({
    code: 'LIBRARY_UNAVAILABLE',
    hint: expect.stringContaining('shorter'),
  });
});

describe('a volume that cannot tell upper from lower case', () => {
  test('holds machines whose names differ otherwise, and refuses the others', async (context) => {
    const volume = await volumeForTest(context, 'exfat', 64 * 1024 * 1024);
    await using library = await tempLibrary();
    const agent = await library.start({ library: join(volume, 'library') });
    await agent.handle['machine.create'](machineRequest('Demo'));
    await expect(agent.handle['machine.create'](machineRequest('DEMO'))).rejects.toMatchObject({
      code: 'MACHINE_EXISTS',
    });
    await start(agent, 'Demo');
    await suspend(agent, 'Demo');
    await agent.handle['machine.resume']({ machine: 'Demo' });
    await suspend(agent, 'Demo');
    const renamed = await agent.handle['machine.rename']({ machine: 'Demo', name: 'DEMO' });
    expect(renamed).toMatchObject({ name: 'DEMO', status: 'suspended' });
    expect(await readdir(join(volume, 'library'))).toContain(basename(renamed.path));
    await agent.handle['machine.resume']({ machine: 'DEMO' });
    await suspend(agent, 'DEMO');
    await agent.stop('quit');
  });

  test('two bundles that differ in case alone come to be two folders there', async (context) => {
    const volume = await volumeForTest(context, 'exfat', 64 * 1024 * 1024);
    await using library = await tempLibrary();
    const agent = await library.start({ library: join(volume, 'library') });
    const first = await agent.handle['machine.create'](machineRequest('Demo'));
    await rename(first.path, join(volume, 'library', 'other.torpor'));
    await mkdir(join(volume, 'library', 'DEMO TWO.torpor'));
    const second = await agent.handle['machine.create'](machineRequest('Demo Two'));
    expect(basename(second.path)).toBe('Demo Two 2.torpor');
    await agent.stop('quit');
  });
});

describe('a library', () => {
  test.each(['ENOLCK', 'EOPNOTSUPP'])(
    'whose volume cannot lock (%s) is refused and told why, and nothing runs there',
    async (errno) => {
      await using library = await tempLibrary();
      const host = failingHost(createHost(), 'lock', errno);
      await expect(library.start({ host })).rejects.toMatchObject({
        code: 'LIBRARY_UNAVAILABLE',
        message: expect.stringContaining('cannot lock files'),
        hint: expect.stringContaining('a network volume that locks'),
      });
      const agent = await library.start();
      expect(agent.state().machines).toEqual([]);
    },
  );

  test('on a volume that is read-only is refused and told why, and opens when it is writable', async (context) => {
    const volume = await volumeForTest(context, 'ext4', 64 * 1024 * 1024);
    await using library = await tempLibrary();
    const path = join(volume, 'library');
    const first = await library.start({ library: path });
    await first.handle['machine.create'](machineRequest('Demo'));
    await first.stop('quit');
    await remount(volume, 'ro');
    onTestFinished(() => remount(volume, 'rw'));
    await expect(library.start({ library: path })).rejects.toMatchObject({
      code: 'LIBRARY_UNAVAILABLE',
      message: expect.stringContaining('read-only'),
    });
    await remount(volume, 'rw');
    const agent = await library.start({ library: path });
    expect(statusesOf(agent.state())).toEqual({ Demo: 'stopped' });
    await agent.stop('quit');
  });
});
