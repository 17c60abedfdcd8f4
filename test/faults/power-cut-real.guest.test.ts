import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { type LoggedKind, type LoggedVolume, loggedVolume } from '../support/logged-volume.ts';
import { type RealMachine, type RealMachineOptions, realMachine } from '../support/real-machine.ts';

/** As script/soak asks for it: every flush of a suspension, and every file system. */
const isComplete = process.env.TORPOR_TEST_COMPLETE !== undefined;
const kinds = isComplete ? (['ext4', 'xfs', 'btrfs'] as const) : (['ext4'] as const);
const memoryMiB = 128;

describe.each(kinds)('the power fails while a real guest is suspended on %s', (kind) => {
  const suspended = (context: TestContext) =>
    suspendedOn(context, kind, 512 << 20, ({ path }) => ({ folder: path, disk: true }));

  test('when it was: it goes on, with its memory and its disk', async (context) => {
    const { guest, nonce, cutAt, end } = await suspended(context);
    await cutAt(end, async () => {
      expect((await guest.reopen()).status).toBe('suspended');
      await expectToGoOn(guest, nonce);
    });
  });

  test.runIf(isComplete)('at any flush: it goes on, or it boots and says why', async (context) => {
    const { guest, nonce, cutAt, flushes } = await suspended(context);
    const found: string[] = [];
    for (const flush of flushes) {
      await cutAt(flush, async () => {
        const machine = await guest.reopen();
        found.push(machine.status);
        if (machine.status === 'suspended') return expectToGoOn(guest, nonce);
        expect(machine.problem?.code).toBe('GUEST_ENDED');
        await machine.start();
        expect((await guest.console().tick()).nonce).not.toBe(nonce);
        await machine.forceStop();
      });
    }
    expect(new Set(found)).toEqual(new Set(['stopped', 'suspended']));
    // Once it is there it does not go away again.
    expect(found.lastIndexOf('stopped')).toBeLessThan(found.indexOf('suspended'));
  });
});

// QEMU flushes what its guest wrote by fdatasync(2), which promises nothing of the time of the file, and no
// flush of another volume orders it. XFS then really has the old one.
test('the power fails and takes the disk’s own volume along: its time is there too', async (context) => {
  const where = ({ path }: LoggedVolume) => ({ disk: path });
  const { guest, nonce, cutAt, end } = await suspendedOn(context, 'xfs', undefined, where);
  await cutAt(end, () => expectToGoOn(guest, nonce));
});

/** A guest that wrote to its disk and was suspended, and where to cut the power: at the flushes of that, and after it. */
async function suspendedOn(
  context: TestContext,
  kind: LoggedKind,
  bytes: number | undefined,
  where: (volume: LoggedVolume) => RealMachineOptions,
) {
  const volume = await loggedVolume(context, kind, bytes);
  onTestFinished(() => volume.dispose());
  const guest = await realMachine({ ...where(volume), memoryMiB });
  onTestFinished(() => guest.dispose());
  await guest.machine.start();
  const { nonce } = await guest.console().tick();
  // The second time the block is allocated: nothing but its contents changes, and the time of the file.
  for (const word of ['lost', 'kept']) await write(guest, word);
  const from = await volume.position();
  await guest.machine.suspend('user');
  const to = await volume.position();
  const entries = await volume.finish();
  const flushes = entries.flatMap(({ kind: what, at }, index) =>
    what === 'flush' && at >= from && at < to ? [index + 1] : [],
  );
  return {
    guest,
    nonce,
    flushes,
    end: entries.filter(({ at }) => at < to).length,
    cutAt: (count: number, look: () => Promise<void>) =>
      volume.afterPowerCut({ count, survives: () => false }, look),
  };
}

async function write(guest: RealMachine, word: string): Promise<void> {
  await guest.console().sh(`echo ${word} | dd of=/dev/vda bs=512 count=1 conv=sync,fsync`);
}

async function expectToGoOn(guest: RealMachine, nonce: string): Promise<void> {
  await guest.machine.restore();
  expect((await guest.console().tick()).nonce).toBe(nonce);
  expect(await guest.console().sh('head -c 4 /dev/vda; echo')).toEqual(['kept']);
  await guest.machine.forceStop();
}
