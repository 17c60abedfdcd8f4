import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { toProblem } from '../../src/core/errors.ts';
import { bundleAt, readConfig, writeConfig } from '../../src/core/library/bundle.ts';
import { libraryLayout } from '../../src/core/library/layout.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../support/temp-library.ts';

let library: TempLibrary;
let agent: Agent;
let outside: string;
let agreed: string;

beforeEach(async () => {
  library = await tempLibrary();
  agent = await library.start();
  agreed = libraryLayout(library.path).agreed;
  outside = join(dirname(library.path), 'outside.raw');
  await writeFile(outside, Buffer.alloc(64 * 1024));
});

afterEach(() => library[Symbol.asyncDispose]());

const named = { machine: 'Demo' };
const start = () => agent.handle['machine.start']({ ...named, cold: false });
const problemOf = (work: Promise<unknown>) => work.then(() => undefined, toProblem);
const iso = () => machineRequest('Demo', { iso: outside });

/** A bundle as somebody else could send it: a machine of ours that names a file of this computer. */
async function strangersBundle(names: { iso?: string; disk?: string }): Promise<void> {
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.detach();
  const bundle = bundleAt(path);
  const config = await readConfig(bundle);
  const { hardware } = config;
  const disk = { id: 'vdb', path: names.disk ?? '', format: 'raw', readOnly: false } as const;
  const disks = names.disk === undefined ? hardware.disks : [...hardware.disks, disk];
  await writeConfig(bundle, {
    ...config,
    hardware: { ...hardware, iso: names.iso ?? null, disks },
  });
  agent = await library.start();
}

describe('a bundle from somebody else', () => {
  test.each([
    ['an ISO image', () => ({ iso: outside }), () => `ISO image ${outside}`],
    ['a disk', () => ({ disk: outside }), () => `disk ${outside}`],
  ])('is not started while it names %s that nobody agreed to', async (_what, names, line) => {
    await strangersBundle(names());
    expect(await problemOf(start())).toMatchObject({
      code: 'CONSENT_NEEDED',
      details: { outside: [line()] },
    });
    expect(await problemOf(agent.handle['machine.start']({ ...named, cold: true }))).toMatchObject({
      code: 'CONSENT_NEEDED',
    });
    expect(agent.state().machines).toMatchObject([
      { status: 'stopped', problem: { code: 'CONSENT_NEEDED' } },
    ]);
  });

  test('is started once a person has agreed, also after the next start of the agent', async () => {
    await strangersBundle({ iso: outside });
    const { missing } = await agent.handle['machine.outside'](named);
    await agent.handle['machine.trust']({ ...named, outside: missing });
    await agent.detach();
    agent = await library.start();
    expect(await start()).toMatchObject({ status: 'running' });
  });

  test('cannot be agreed to for more than the person saw', async () => {
    await strangersBundle({ iso: outside, disk: outside });
    const trust = agent.handle['machine.trust']({ ...named, outside: [`ISO image ${outside}`] });
    expect(await problemOf(trust)).toMatchObject({ code: 'CONSENT_NEEDED' });
    expect((await agent.handle['machine.outside'](named)).missing).toHaveLength(2);
  });

  test('that asks for more later is asked about again', async () => {
    await strangersBundle({ iso: outside });
    const { missing } = await agent.handle['machine.outside'](named);
    await agent.handle['machine.trust']({ ...named, outside: missing });
    const bundle = bundleAt(join(library.path, 'Demo.torpor'));
    const config = await readConfig(bundle);
    await writeConfig(bundle, { ...config, hardware: { ...config.hardware, iso: '/etc/shadow' } });
    await agent.handle['state.get']({});
    expect(await problemOf(start())).toMatchObject({
      details: { outside: ['ISO image /etc/shadow'] },
    });
  });

  test('is not agreed to by a change of something else, nor by a clone of it', async () => {
    await strangersBundle({ iso: outside });
    await agent.handle['machine.set']({ ...named, changes: { cpus: 1 } });
    await agent.handle['machine.clone']({ ...named, name: 'Copy' });
    expect(await problemOf(start())).toMatchObject({ code: 'CONSENT_NEEDED' });
    const copy = agent.handle['machine.start']({ machine: 'Copy', cold: false });
    expect(await problemOf(copy)).toMatchObject({ code: 'CONSENT_NEEDED' });
  });

  test('brings no agreement along in the library that it comes with', async () => {
    await agent.handle['machine.create'](iso());
    await agent.detach();
    const theirs = { id: 'another-host', userId: 1000 };
    agent = await library.start({ identity: theirs });
    expect(await problemOf(start())).toMatchObject({ code: 'CONSENT_NEEDED' });
  });
});

test('what a person names in making or changing a machine is agreed to, and for its clones', async () => {
  await agent.handle['machine.create'](iso());
  expect(await start()).toMatchObject({ status: 'running' });
  await agent.handle['machine.stop']({ ...named, force: true });
  const other = `${outside}.other`;
  await copyFile(outside, other);
  await agent.handle['machine.set']({ ...named, changes: { iso: other } });
  expect(await start()).toMatchObject({ status: 'running' });
  await agent.handle['machine.stop']({ ...named, force: true });
  await agent.handle['machine.clone']({ ...named, name: 'Copy' });
  const copy = agent.handle['machine.start']({ machine: 'Copy', cold: false });
  expect(await copy).toMatchObject({ status: 'running' });
});

describe('a library that an older Torpor made', () => {
  test('goes on with what ran here, and asks once about the rest', async () => {
    await agent.handle['machine.create'](iso());
    await agent.handle['machine.create'](machineRequest('Other', { iso: outside }));
    await start();
    await agent.handle['machine.suspend']({ ...named, reason: 'user' });
    await agent.detach();
    await rm(agreed);
    agent = await library.start();
    expect(await start()).toMatchObject({ status: 'running' });
    const other = agent.handle['machine.start']({ machine: 'Other', cold: false });
    expect(await problemOf(other)).toMatchObject({ code: 'CONSENT_NEEDED' });
  });

  test('has its running guests back', async () => {
    await agent.handle['machine.create'](iso());
    await start();
    await agent.detach();
    await rm(agreed);
    agent = await library.start();
    expect((await agent.handle['machine.outside'](named)).missing).toEqual([]);
  });
});

test('a damaged record is kept, and everything is asked again', async () => {
  await agent.handle['machine.create'](iso());
  await agent.detach();
  await writeFile(agreed, '{"formatVersion": 1');
  agent = await library.start();
  expect(await problemOf(start())).toMatchObject({ code: 'CONSENT_NEEDED' });
  expect(await readFile(`${agreed}.damaged`, 'utf8')).toBe('{"formatVersion": 1');
});
