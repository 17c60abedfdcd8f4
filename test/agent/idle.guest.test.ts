import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createQemuDriver } from '../../src/drivers/qemu/driver.ts';
import { createHost } from '../../src/storage/host.ts';
import { bootDisk, parseTick } from '../support/boot-sector.ts';
import { clockByHand } from '../support/clock-by-hand.ts';
import { tempLibrary } from '../support/temp-library.ts';

test('a real guest that only counts is idle, is suspended, and counts on', async () => {
  const library = await tempLibrary();
  const time = clockByHand();
  const driver = createQemuDriver({
    host: createHost(),
    settings: { cacheDirectory: join(tmpdir(), 'torpor-test-cache') },
    onError: () => {},
  });
  const agent = await library.start({
    idleClock: time.clock,
    drivers: new Map([['qemu', driver]]),
  });
  onTestFinished(async () => {
    if (agent.state().machines[0]?.status === 'running') {
      await agent.handle['machine.stop']({ machine: 'Demo', force: true });
    }
    await library[Symbol.asyncDispose]();
  });
  const disk = join(library.trash, 'boot.raw');
  await writeFile(disk, bootDisk());
  await agent.handle['machine.create']({
    name: 'Demo',
    driver: 'qemu',
    memoryMiB: 32,
    boot: 'bios',
    disks: [{ kind: 'copy', from: disk, format: 'raw' }],
    network: false,
    display: 'none',
    policy: {},
  });
  await agent.handle['machine.start']({ machine: 'Demo', cold: false });
  const ticks = async () => {
    const { consoleTail } = await agent.handle['machine.show']({ machine: 'Demo' });
    return consoleTail
      .split('\n')
      .map((line) => parseTick(line))
      .findLast((tick) => tick !== undefined);
  };
  await vi.waitFor(async () => expect(await ticks()).toBeDefined(), { timeout: 60_000 });
  const before = await ticks();

  await agent.handle['agent.setIdle']({ minutes: 5 });
  await vi.waitFor(
    async () => {
      await time.minutes(1);
      expect(agent.state().machines[0]?.status).toBe('suspended');
    },
    { timeout: 60_000 },
  );
  expect(agent.state().machines[0]?.savedState?.reason).toBe('idle');
  expect(time.isTicking()).toBe(false);

  await agent.handle['machine.resume']({ machine: 'Demo' });
  await vi.waitFor(
    async () => {
      const after = await ticks();
      expect(after?.nonce).toBe(before?.nonce);
      expect(after?.counter).toBeGreaterThan(before?.counter ?? 0);
    },
    { timeout: 60_000 },
  );
});
