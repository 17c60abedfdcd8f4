import { appendFile, lstat, open, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { createPace } from '../../src/agent/pace.ts';
import type { MachineView } from '../../src/contract/app-state.ts';
import { toProblem } from '../../src/core/errors.ts';
import { type Bundle, bundleAt } from '../../src/core/library/bundle.ts';
import { machineWhere } from '../support/agent-state.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../support/temp-library.ts';

let library: TempLibrary;
let agent: Agent;
let bundle: Bundle;
const named = { machine: 'Demo' };

beforeEach(async () => {
  library = await tempLibrary();
  agent = await library.start();
  const { path } = await agent.handle['machine.create'](machineRequest('Demo'));
  bundle = bundleAt(path);
  await agent.handle['machine.start']({ ...named, cold: false });
});

afterEach(() => library[Symbol.asyncDispose]());

const suspend = () => agent.handle['machine.suspend']({ ...named, reason: 'user' });
const resume = () => agent.handle['machine.resume'](named);
const disk = () => join(bundle.files.disks, 'vda.raw');

async function verify() {
  const { verification } = await agent.handle['machine.verify']({ ...named, background: false });
  if (verification === null) throw new Error('it was not verified');
  return verification;
}

async function overwrite(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from('changed'), 0, 7, 6000);
  await file.close();
}

describe('verify', () => {
  test('records digests the first time, and finds everything intact the next', async () => {
    await suspend();
    expect(await verify()).toMatchObject({ verdict: 'recorded', madeAt: null });
    const second = await verify();
    expect(second.verdict).toBe('intact');
    expect(second.files.map(({ what }) => what)).toEqual(['device.state', 'memory', 'disk vda']);
    expect((await agent.handle['machine.show'](named)).digests?.verifiedAt).not.toBeNull();
    expect((await lstat(bundle.files.digests)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['memory', () => bundle.files.memory],
    ['disk vda', disk],
    ['device.state', () => bundle.files.deviceState],
  ])('names %s when its contents have changed', async (what, pathOf) => {
    await suspend();
    await verify();
    await overwrite(pathOf());
    const { verdict, files } = await verify();
    expect(verdict).toBe('damaged');
    expect(files.filter((one) => one.verdict === 'changed').map((one) => one.what)).toEqual([what]);
  });

  test('names what is missing, the first time too', async () => {
    await suspend();
    await rm(disk());
    expect(await verify()).toMatchObject({ verdict: 'damaged' });
    expect((await agent.handle['machine.show'](named)).digests).toBeUndefined();
  });

  test('is a way out where only times are others, as after a restore from a backup', async () => {
    await suspend();
    await verify();
    for (const path of [disk(), bundle.files.memory]) await utimes(path, 1000, 1000);
    expect(toProblem(await resume().catch((error) => error)).code).toMatch(/^STATE_/);
    expect((await verify()).verdict).toBe('intact');
    expect(await resume()).toMatchObject({ status: 'running' });
  });

  test('is none of a way out where contents are others', async () => {
    await suspend();
    await verify();
    await overwrite(disk());
    expect((await verify()).verdict).toBe('damaged');
    expect(toProblem(await resume().catch((error) => error)).code).toBe('STATE_DOES_NOT_FIT');
  });

  test('starts anew after the guest went on', async () => {
    await suspend();
    await verify();
    await resume();
    await suspend();
    expect((await agent.handle['machine.show'](named)).digests).toBeUndefined();
    expect((await verify()).verdict).toBe('recorded');
  });

  test('needs a saved state', async () => {
    const problem = toProblem(await verify().catch((error) => error));
    expect(problem).toMatchObject({ code: 'WRONG_STATUS' });
  });

  test('takes digests that cannot be read for none', async () => {
    await suspend();
    await writeFile(bundle.files.digests, 'nonsense');
    expect((await verify()).verdict).toBe('recorded');
    await appendFile(bundle.files.digests, 'x');
    expect(await resume()).toMatchObject({ status: 'running' });
  });
});

describe('while it is read', () => {
  const isRead = ({ check }: MachineView): boolean => check !== undefined;

  test('a resume ends it at once, and does not wait', async () => {
    // Sparse, and long to read.
    await truncate(disk(), 2 ** 30);
    await suspend();
    const reading = agent.handle['machine.verify']({ ...named, background: false });
    const failure = reading.then(() => undefined, toProblem);
    await machineWhere(agent, 'Demo', isRead);
    expect(await resume()).toMatchObject({ status: 'running' });
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
    await machineWhere(agent, 'Demo', (view) => !isRead(view));
  });

  test('it can be cancelled, and everything is as it was', async () => {
    await truncate(disk(), 2 ** 30);
    await suspend();
    const reading = agent.handle['machine.verify']({ ...named, background: false });
    const failure = reading.then(() => undefined, toProblem);
    await machineWhere(agent, 'Demo', isRead);
    expect(await agent.handle['machine.cancel'](named)).toEqual({ cancelled: true });
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
    expect((await agent.handle['machine.show'](named)).digests).toBeUndefined();
  });
});

describe('in the background', () => {
  test('digests are made after a suspension, when that was asked for', async () => {
    await agent.handle['agent.setDigests']({ background: true });
    await suspend();
    await digestsAre(true);
    await resume();
    await digestsAre(false);
  });

  test('nothing is read unless that was asked for', async () => {
    await suspend();
    expect((await agent.handle['machine.show'](named)).digests).toBeUndefined();
    await agent.handle['machine.verify']({ ...named, background: true });
    await digestsAre(true);
  });

  /** Each look comes after a state that was told, so nothing is waited for by the clock. */
  async function digestsAre(there: boolean): Promise<void> {
    for (;;) {
      const { digests } = await agent.handle['machine.show'](named);
      if ((digests !== undefined) === there) return;
    }
  }
});

test('the background reads no faster than it should, and ends when it is told to', async () => {
  let now = 0;
  const controller = new AbortController();
  const pace = createPace(1000, controller.signal, () => now);
  await pace(1);
  now = 1000;
  await pace(900);
  const ended = pace(1_000_000).then(
    () => 'went on',
    () => 'ended',
  );
  controller.abort();
  expect(await ended).toBe('ended');
});
