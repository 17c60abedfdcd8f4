import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { createQemuDriver } from '../../src/drivers/qemu/driver.ts';
import { createHost } from '../../src/storage/host.ts';
import { bootDisk, parseTick } from '../support/boot-sector.ts';
import { tempLibrary } from '../support/temp-library.ts';

/** Names that are hard on paths, command lines and sockets, and plain ones. */
const names = [
  'With spaces and, commas = signs',
  '👩‍👩‍👧‍👦🧑🏽‍🚀',
  'ä'.repeat(110),
  '-machine none',
  '../up',
  ...['A', 'B', 'C', 'D', 'E'],
];

/** Milliseconds for ten guests at once under emulation on a slow computer. */
const patience = { timeout: 120_000 };

test('ten real guests run at once on a long path, whatever they are called, and all come back from a quit', async () => {
  const library = await tempLibrary();
  const path = join(library.path, ...Array<string>(3).fill('a long folder '.repeat(14).trim()));
  const driver = createQemuDriver({
    host: createHost(),
    settings: { cacheDirectory: join(tmpdir(), 'torpor-test-cache') },
    onError: () => {},
  });
  const options = { library: path, drivers: new Map([['qemu', driver]] as const) };
  let agent = await library.start(options);
  onTestFinished(async () => {
    for (const { id, status } of agent.state().machines) {
      if (status !== 'running' && status !== 'paused') continue;
      await agent.handle['machine.stop']({ machine: id, force: true });
    }
    await library[Symbol.asyncDispose]();
  });
  const disk = join(library.trash, 'boot.raw');
  await writeFile(disk, bootDisk());
  for (const name of names) {
    await agent.handle['machine.create']({
      name,
      driver: 'qemu',
      memoryMiB: 32,
      boot: 'bios',
      disks: [{ kind: 'copy', from: disk, format: 'raw' }],
      network: false,
      display: 'none',
      policy: {},
    });
    await agent.handle['machine.start']({ machine: name, cold: false });
  }
  const before = await Promise.all(names.map((name) => tickOf(agent, name, 0)));
  expect(new Set(before.map(({ nonce }) => nonce)).size).toBeGreaterThan(1);

  const reports = await agent.stop('quit');
  expect(reports.map(({ status }) => status)).toEqual(names.map(() => 'suspended'));
  agent = await library.start(options);
  await agent.launched;
  for (const [index, name] of names.entries()) {
    const { nonce, counter } = before[index] ?? { nonce: '', counter: 0 };
    expect(await tickOf(agent, name, counter)).toMatchObject({ nonce });
  }
});

/** The first tick of a guest above `counter`. */
async function tickOf(agent: Agent, machine: string, counter: number) {
  return vi.waitFor(async () => {
    const { consoleTail } = await agent.handle['machine.show']({ machine });
    const last = consoleTail
      .split('\n')
      .map(parseTick)
      .findLast((tick) => tick !== undefined);
    if (last === undefined || last.counter <= counter) throw new Error(`“${machine}” stands still`);
    return last;
  }, patience);
}
