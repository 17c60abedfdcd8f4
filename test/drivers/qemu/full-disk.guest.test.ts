import { afterEach, describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { createSpaceWatch } from '../../../src/agent/space-watch.ts';
import type { Problem } from '../../../src/core/errors.ts';
import { setFaultHandler } from '../../../src/core/fault-point.ts';
import type { Machine } from '../../../src/core/machine.ts';
import { createHost } from '../../../src/storage/host.ts';
import { fill } from '../../support/fill.ts';
import { type RealMachine, realMachine } from '../../support/real-machine.ts';
import { volumeForTest } from '../../support/volume.ts';

let real: RealMachine | undefined;

afterEach(async () => {
  await real?.dispose();
  real = undefined;
});

/** A watch that looks when it is told to. */
function watchOf(machine: Machine, library: string) {
  return createSpaceWatch({
    library,
    machines: () => [machine],
    host: createHost(),
    isHeld: () => false,
    warn() {},
    onLook() {},
    onError(error) {
      throw error;
    },
    clock: { now: () => 0, every: () => () => {} },
  });
}

/** The machine, once `holds`. */
function once(machine: Machine, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const off = machine.on('changed', () => {
      if (!holds()) return;
      off();
      resolve();
    });
  });
}

/** Writes to the guest's disk past everything that the image holds so far; says DONE when it could. */
const write = 'sh dd if=/dev/zero of=/dev/vda bs=1M count=60 seek=100 conv=fsync 2>&1 | tail -1';

/** A guest that stands because the volume of its disk is full; `empty` makes room again. */
async function guestThatWaits(context: TestContext) {
  const folder = await volumeForTest(context, 'ext4', 640 * 1024 * 1024);
  const made = await realMachine({ folder, disk: true });
  real = made;
  const { machine } = made;
  await machine.start();
  const [, nonce] = await made.console().next(/^READY (\w+)/);
  const empty = await fill(folder);
  const told: Problem[] = [];
  machine.on('problem', (problem) => told.push(problem));
  const stopped = once(machine, () => machine.status === 'paused');
  if (machine.session?.console.available) {
    machine.session.console.use.write(Buffer.from(`${write}\n`));
  }
  await stopped;
  return { real: made, machine, folder, nonce, empty, told };
}

describe('a guest whose disk meets a full volume', () => {
  test('waits and is named, also by the next agent, and goes on when there is room', async (context) => {
    const { real: made, machine, folder, nonce, empty, told } = await guestThatWaits(context);
    expect(machine).toMatchObject({ waitsFor: { code: 'NO_SPACE' } });
    expect(told.map(({ code }) => code)).toEqual(['NO_SPACE']);

    await machine.detach();
    const next = await made.reopen();
    expect(next).toMatchObject({
      status: 'paused',
      waitsFor: { code: 'NO_SPACE', message: expect.stringContaining('vda') },
      problem: { code: 'NO_SPACE' },
    });

    const watch = watchOf(next, folder);
    await watch.look();
    expect(next.status).toBe('paused');
    await empty();
    await watch.look();
    expect(next.status).toBe('running');
    await made.console().next(/^DONE 0$/);
    expect((await made.console().tick()).nonce).toBe(nonce);
  });

  test('can be suspended while it waits, and what it wrote is written after it came back', async (context) => {
    const { real: made, machine, nonce, empty } = await guestThatWaits(context);
    await expect(machine.resume()).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(machine.status).toBe('paused');
    await empty();
    await machine.suspend('quit');
    expect(machine.savedState).toMatchObject({ wasPaused: false });
    await machine.restore();
    await made.console().next(/^DONE 0$/);
    expect((await made.console().tick()).nonce).toBe(nonce);
  });

  test('comes back and meets it again: its state is used up, since it has run, and nothing is lost', async (context) => {
    const { real: made, machine, folder, nonce, empty } = await guestThatWaits(context);
    await empty();
    await machine.suspend('quit');
    let emptyAgain = async (): Promise<void> => {};
    // When all of its memory is reserved and it is about to go on.
    setFaultHandler(async (point) => {
      if (point === 'consume.renamed') emptyAgain = await fill(folder);
    });
    onTestFinished(() => setFaultHandler(undefined));
    await expect(machine.restore()).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(machine).toMatchObject({ status: 'paused', waitsFor: { code: 'NO_SPACE' } });
    expect(machine.savedState).toBeUndefined();
    await emptyAgain();
    await machine.resume();
    await made.console().next(/^DONE 0$/);
    expect((await made.console().tick()).nonce).toBe(nonce);
  });
});
