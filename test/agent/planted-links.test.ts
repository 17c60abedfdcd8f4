import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { toProblem } from '../../src/core/errors.ts';
import { type Bundle, bundleAt } from '../../src/core/library/bundle.ts';
import { libraryLayout } from '../../src/core/library/layout.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../support/temp-library.ts';

/**
 * Somebody who can put a file into a bundle must not reach a file outside it: each name that Torpor
 * keeps is exchanged for a link, before and after the agent has looked, and everything is tried.
 */
const secret = 'a secret of the host';
/** What lies in the folder that links lead to, some of it under names that Torpor would use. */
const inside = [
  'consumed.json',
  'file',
  'manifest.json',
  'memory.bin',
  'serial.log',
  'set-aside.json',
];

let library: TempLibrary;
let agent: Agent;
let outside: string;

beforeEach(async () => {
  library = await tempLibrary();
  agent = await library.start();
  outside = join(dirname(library.path), 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'file'), secret);
  await mkdir(join(outside, 'directory'));
  for (const name of inside) await writeFile(join(outside, 'directory', name), secret);
});

afterEach(() => library[Symbol.asyncDispose]());

const named = { machine: 'Demo' };
const operations: readonly [string, () => Promise<unknown>][] = [
  ['show', () => agent.handle['machine.show'](named)],
  ['frame', () => agent.handle['machine.frame'](named)],
  ['suspend', () => agent.handle['machine.suspend']({ ...named, reason: 'user' })],
  ['pause', () => agent.handle['machine.pause'](named)],
  ['resume', () => agent.handle['machine.resume'](named)],
  ['start', () => agent.handle['machine.start']({ ...named, cold: false })],
  ['start cold', () => agent.handle['machine.start']({ ...named, cold: true })],
  ['set', () => agent.handle['machine.set']({ ...named, changes: { policy: {} } })],
  ['clone', () => agent.handle['machine.clone']({ ...named, name: 'Copy' })],
  ['stop', () => agent.handle['machine.stop']({ ...named, force: true })],
  ['discard', () => agent.handle['machine.discardState'](named)],
  ['rename', () => agent.handle['machine.rename']({ ...named, name: 'Other' })],
  ['delete', () => agent.handle['machine.delete']({ ...named, permanently: true })],
];

/** Every name of the layout, and one more in each directory. */
function namesOf({ files }: Bundle): string[] {
  const inside = [files.disks, files.boot, files.firmware, files.state, files.setAside, files.log];
  return [...new Set([...Object.values(files), ...inside.map((path) => join(path, 'planted'))])];
}

const names = namesOf(bundleAt('/b')).map((path) => relative('/b', path));
const directories = new Set(['disks', 'boot', 'firmware', 'state', 'set-aside', 'log']);

async function plant(bundle: string, name: string): Promise<void> {
  const path = join(bundle, name);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { recursive: true, force: true });
  await symlink(join(outside, directories.has(name) ? 'directory' : 'file'), path);
}

async function expectUntouched(): Promise<void> {
  expect((await readdir(outside)).sort()).toEqual(['directory', 'file']);
  expect(await readFile(join(outside, 'file'), 'utf8')).toBe(secret);
  expect((await readdir(join(outside, 'directory'))).sort()).toEqual(inside);
  for (const name of inside) {
    expect(await readFile(join(outside, 'directory', name), 'utf8')).toBe(secret);
  }
}

/** Everything that can be asked, whatever it answers; returns all answers as one text. */
async function tryEverything(): Promise<string> {
  const answers: unknown[] = [];
  for (const [, work] of operations) {
    answers.push(await work().catch(toProblem));
    await expectUntouched();
  }
  const text = JSON.stringify(answers);
  expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
  return text;
}

describe.each(['stopped', 'running', 'suspended'] as const)('in a %s machine', (status) => {
  test.each(names)('a link at %s is not followed', async (name) => {
    const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
    if (status !== 'stopped') await agent.handle['machine.start']({ ...named, cold: false });
    if (status === 'suspended') await agent.handle['machine.suspend']({ ...named, reason: 'user' });
    await plant(path, name);
    await tryEverything();
  });
});

test.each(names)('a machine that comes with a link at %s is listed as broken', async (name) => {
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.detach();
  await plant(path, name);
  agent = await library.start();
  expect(agent.state().machines).toMatchObject([
    { status: 'broken', problem: { code: 'MACHINE_BROKEN' } },
  ]);
  expect(await tryEverything()).toContain('symbolic link');
  expect(agent.state().machines).toEqual([]);
});

test('it is whole again when the link has gone', async () => {
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  await rename(join(path, 'disks'), join(path, 'elsewhere'));
  await symlink(join(path, 'elsewhere'), join(path, 'disks'));
  await agent.handle['state.get']({});
  expect(agent.state().machines).toMatchObject([{ status: 'broken' }]);
  await rm(join(path, 'disks'));
  await rename(join(path, 'elsewhere'), join(path, 'disks'));
  await agent.handle['state.get']({});
  expect(agent.state().machines).toMatchObject([{ status: 'stopped', problem: null }]);
});

test('a pipe in a bundle keeps nobody waiting', async () => {
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  execFileSync('mkfifo', [join(path, 'disks', 'pipe')]);
  const refusal = await agent.handle['machine.start']({ ...named, cold: false }).catch(toProblem);
  expect(refusal).toMatchObject({ code: 'MACHINE_BROKEN' });
});

describe('what the library itself keeps', () => {
  test.each(['hidden', 'staging'] as const)(
    'a link in the place of %s is refused',
    async (part) => {
      await agent.detach();
      const path = libraryLayout(library.path)[part];
      await rm(path, { recursive: true });
      await symlink(join(outside, 'directory'), path);
      await expect(library.start()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      await expectUntouched();
    },
  );

  test('bundles and the folder of the agent are closed to other users at the start', async () => {
    const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
    await agent.detach();
    const { hidden, staging } = libraryLayout(library.path);
    for (const one of [path, hidden, staging]) await chmod(one, 0o755);
    agent = await library.start();
    for (const one of [path, hidden, staging]) {
      expect((await lstat(one)).mode & 0o777, one).toBe(0o700);
    }
  });
});
