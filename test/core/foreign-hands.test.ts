import { execFile } from 'node:child_process';
import {
  appendFile,
  link,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { StateMode } from '../../src/core/config.ts';
import { bundleAt } from '../../src/core/library/bundle.ts';
import { Machine } from '../../src/core/machine.ts';
import { listSetAside } from '../../src/core/saved-state/files.ts';
import { createMemoryDriver } from '../../src/drivers/memory/driver.ts';
import { type MemoryWorld, memoryWorld } from '../support/memory-world.ts';
import { rejection } from '../support/rejection.ts';

// What hands other than Torpor's do to a bundle. docs/foreign-hands.md names each of these tests.

interface Suspended {
  readonly world: MemoryWorld;
  readonly machine: Machine;
  readonly nonce: string;
}

async function suspended(stateMode: StateMode = 'instant'): Promise<Suspended> {
  const world = await memoryWorld();
  const machine = await world.create({ stateMode });
  await machine.start();
  const nonce = world.guestOf(machine).nonce();
  await machine.suspend('user');
  return { world, machine, nonce };
}

/** As backups and file managers do, with times to the nanosecond. */
async function copyAll(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['--archive', '--no-target-directory', from, to]);
}

const diskOf = ({ bundle }: Machine): string => join(bundle.files.disks, 'vda.raw');

/** Puts back what lies at `path` now, with its times, however it is replaced meanwhile. */
async function kept(path: string): Promise<() => Promise<void>> {
  const copy = `${path}.kept`;
  // A rename keeps what no copy can: the very file.
  await rename(path, copy);
  await copyAll(copy, path);
  return async () => {
    await rm(path, { recursive: true, force: true });
    await rename(copy, path);
  };
}

/** Resumes from the state, which must be whole, and ends with the guest of before. */
async function resumes(machine: Machine, { world, nonce }: Suspended): Promise<void> {
  await machine.restore();
  expect(machine.status).toBe('running');
  expect(world.guestOf(machine).nonce()).toBe(nonce);
}

/** Boots instead, as the hint says, and finds the refused state in set-aside/. */
async function bootsInstead(machine: Machine, { world, nonce }: Suspended): Promise<void> {
  await machine.startCold();
  expect(world.guestOf(machine).nonce()).not.toBe(nonce);
  expect(await listSetAside(machine.bundle)).toHaveLength(1);
}

/** Expects a refusal that names `words`, that leaves the state, and whose hint names the way out. */
async function refuses(machine: Machine, code: string, words: string): Promise<void> {
  const error = await rejection(machine.restore());
  expect(error).toMatchObject({ code, hint: expect.stringMatching(/start cold/i) });
  expect(error.message).toContain(words);
  expect(machine).toMatchObject({ status: 'suspended', problem: { code } });
}

type Harm = (found: Suspended) => Promise<() => Promise<void>>;

const harms: readonly (readonly [string, string, string, Harm])[] = [
  [
    'a disk that was written to',
    'STATE_DOES_NOT_FIT',
    'disk vda',
    async ({ machine }) => {
      const undo = await kept(diskOf(machine));
      await writeFile(diskOf(machine), 'x', { flag: 'r+' });
      return undo;
    },
  ],
  [
    'a disk that was replaced by another of its size and time',
    'STATE_DOES_NOT_FIT',
    'disk vda',
    async ({ machine }) => {
      const disk = diskOf(machine);
      const undo = await kept(disk);
      const { size, atime, mtime } = await stat(disk);
      await rm(disk);
      await writeFile(disk, Buffer.alloc(size, 'another'));
      await utimes(disk, atime, mtime);
      return undo;
    },
  ],
  [
    'a disk that was grown',
    'STATE_DOES_NOT_FIT',
    'disk vda',
    async ({ machine }) => {
      const undo = await kept(diskOf(machine));
      const { size, atime, mtime } = await stat(diskOf(machine));
      await truncate(diskOf(machine), size * 2);
      await utimes(diskOf(machine), atime, mtime);
      return undo;
    },
  ],
  [
    'a disk that another bundle has by a hard link, and wrote to',
    'STATE_DOES_NOT_FIT',
    'disk vda',
    async ({ machine, world }) => {
      const undo = await kept(diskOf(machine));
      const linked = join(world.library, 'other.raw');
      await link(diskOf(machine), linked);
      await writeFile(linked, 'x', { flag: 'r+' });
      return undo;
    },
  ],
  [
    'a disk that is gone',
    'STATE_DOES_NOT_FIT',
    'missing',
    async ({ machine }) => {
      await rename(diskOf(machine), `${diskOf(machine)}.away`);
      return () => rename(`${diskOf(machine)}.away`, diskOf(machine));
    },
  ],
  [
    'a record that was edited',
    'STATE_DAMAGED',
    'record of the saved state',
    async ({ machine }) => {
      const undo = await kept(machine.bundle.files.manifest);
      const text = await readFile(machine.bundle.files.manifest, 'utf8');
      await writeFile(machine.bundle.files.manifest, text.replace('"wasPaused"', '"waspaused"'));
      return undo;
    },
  ],
  [
    'device state that was truncated',
    'STATE_DAMAGED',
    'device.state',
    async ({ machine }) => {
      const undo = await kept(machine.bundle.files.deviceState);
      await truncate(machine.bundle.files.deviceState, 1);
      return undo;
    },
  ],
  [
    'device state in which a bit was flipped',
    'STATE_DAMAGED',
    'contents have changed',
    async ({ machine }) => {
      const path = machine.bundle.files.deviceState;
      const undo = await kept(path);
      const bytes = await readFile(path);
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      await writeFile(path, bytes, { flag: 'r+' });
      return undo;
    },
  ],
  [
    'memory that was written to',
    'STATE_DAMAGED',
    'memory.bin',
    async ({ machine }) => {
      const undo = await kept(machine.bundle.files.memory);
      const file = await open(machine.bundle.files.memory, 'r+');
      await file.write(Buffer.from('x'), 0, 1, 100);
      await file.close();
      return undo;
    },
  ],
  [
    'memory that has become longer',
    'STATE_DAMAGED',
    'bytes instead of',
    async ({ machine }) => {
      const undo = await kept(machine.bundle.files.memory);
      await appendFile(machine.bundle.files.memory, 'x');
      return undo;
    },
  ],
  [
    'the state of another machine',
    'STATE_DOES_NOT_FIT',
    'machine',
    async ({ machine, world }) => {
      const undo = await kept(machine.bundle.files.state);
      const other = await world.create();
      await other.start();
      await other.suspend('user');
      await rm(machine.bundle.files.state, { recursive: true });
      await copyAll(other.bundle.files.state, machine.bundle.files.state);
      return undo;
    },
  ],
];

describe.each(harms)('%s', (_what, code, words, harm) => {
  test('is refused, and the state resumes when it is put right', async () => {
    const found = await suspended();
    const undo = await harm(found);
    await found.machine.refresh();
    await refuses(found.machine, code, words);
    await undo();
    await found.machine.refresh();
    await resumes(found.machine, found);
  });

  test('does not keep the machine from booting', async () => {
    const found = await suspended();
    await harm(found);
    await refuses(found.machine, code, words);
    await bootsInstead(found.machine, found);
  });
});

describe('a bundle', () => {
  /** The machine of `found` as an agent of that host and user opens it. */
  function openedBy({ machine, world }: Suspended, id: string, userId: number): Promise<Machine> {
    return Machine.open(machine.bundle, {
      driver: createMemoryDriver({ hypervisor: world.hypervisor }),
      identity: { id, userId },
      torporVersion: '0.0.0',
      runDirectory: join(world.library, 'run'),
      onError: (error) => world.errors.push(error),
    });
  }

  test.each([
    ['host', 'another-host', 1000],
    ['user id', 'host', 1001],
  ])('that came from another %s is refused there, and boots', async (what, id, userId) => {
    const found = await suspended();
    const there = await openedBy(found, id, userId);
    await refuses(there, 'STATE_DOES_NOT_FIT', what);
    // Taken back to where it was saved, it goes on.
    const back = await openedBy(found, 'host', 1000);
    await resumes(back, found);
    await back.suspend('user');
    await bootsInstead(await openedBy(found, id, userId), found);
  });

  test('that was moved and renamed by hand goes on where it is', async () => {
    const found = await suspended();
    const moved = join(dirname(found.machine.bundle.path), 'Elsewhere and renamed.torpor');
    await rename(found.machine.bundle.path, moved);
    await resumes(await found.world.open(bundleAt(moved)), found);
  });

  test('that was restored whole from a backup goes on from there, with the disk of then', async () => {
    const found = await suspended();
    const { path } = found.machine.bundle;
    const backup = join(found.world.library, 'backup');
    await copyAll(path, backup);
    await found.machine.restore();
    await writeFile(diskOf(found.machine), 'later', { flag: 'r+' });
    await found.machine.suspend('user');
    await rm(path, { recursive: true });
    await copyAll(backup, path);
    await resumes(await found.world.open(found.machine.bundle), found);
  });

  test.each(['state', 'disks'] as const)(
    'of which only %s came from a backup is refused, and boots',
    async (part) => {
      const found = await suspended();
      const { machine, world } = found;
      const backup = join(world.library, 'backup');
      await copyAll(machine.bundle.path, backup);
      await machine.restore();
      await writeFile(diskOf(machine), 'later', { flag: 'r+' });
      await machine.suspend('user');
      await rm(machine.bundle.files[part], { recursive: true });
      await copyAll(join(backup, part), machine.bundle.files[part]);
      await machine.refresh();
      await refuses(machine, 'STATE_DOES_NOT_FIT', 'disk vda');
      await bootsInstead(machine, found);
    },
  );

  test('whose machine.json went missing is told of, and works when it is back', async () => {
    const found = await suspended();
    const { config } = found.machine.bundle.files;
    await rename(config, `${config}.away`);
    const error = await rejection(found.world.open(found.machine.bundle));
    expect(error).toMatchObject({
      code: 'MACHINE_BROKEN',
      hint: expect.stringContaining('backup'),
    });
    await rename(`${config}.away`, config);
    await resumes(await found.world.open(found.machine.bundle), found);
  });
});

describe('a clock that was set back', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each(['instant', 'streamed'] as const)(
    'keeps no %s state from being resumed, and states set aside stay apart',
    async (mode) => {
      const found = await suspended(mode);
      const { machine } = found;
      vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-02-03T04:05:06Z') });
      await resumes(machine, found);
      await machine.suspend('user');
      expect(machine.savedState?.createdAt).toContain('2001-02-03');
      await bootsInstead(machine, found);
      const [aside] = await listSetAside(machine.bundle);
      expect(aside?.at).toContain('2001-02-03');
      expect(basename(aside?.path ?? '')).toContain('2001-02-03');
    },
  );
});
