import { randomBytes } from 'node:crypto';
import {
  copyFile,
  open,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  truncate,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compactState } from '../../../src/core/cold-storage/compact.ts';
import { expandState, verifyCompacted } from '../../../src/core/cold-storage/expand.ts';
import type { KeyStore } from '../../../src/core/cold-storage/keys.ts';
import type { Host } from '../../../src/core/host.ts';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import { assertWhole } from '../../../src/core/saved-state/fit.ts';
import { createHost } from '../../../src/storage/host.ts';
import { coldState, expectSame, mebibyte, usualRuns } from '../../support/cold-state.ts';
import { failingHost } from '../../support/failing-host.ts';
import { fakeKeys } from '../../support/fake-keys.ts';
import { rejection } from '../../support/rejection.ts';

const host = createHost();

describe.each([
  ['compacted', false],
  ['encrypted', true],
] as const)('a damaged state that is %s', (_name, encrypt) => {
  const cold = { host, keys: fakeKeys() };

  /** Places of the header, a chunk’s head, its check, its payload, the last chunk and the end. */
  test.each([0, 9, 20, 4000, 4090, 4097, 4104, 4116, 4135, 4200, -1, -80, -200])(
    'with one bit turned at %i is refused, by name, and nothing is lost',
    async (place) => {
      await using state = await coldState(usualRuns());
      await compactState(state.bundle, cold, { encrypt, level: 1 });
      const path = state.bundle.files.compactedState;
      const { size } = await stat(path);
      await turnBit(path, place < 0 ? size + place : place);
      const before = await readFile(path);

      const error = await rejection(expandState(state.bundle, cold, {}));
      expect(error).toMatchObject({ code: place === 9 ? 'CONFIG_TOO_NEW' : 'STATE_DAMAGED' });
      if (place !== 9) expect(error).toMatchObject({ details: { path } });
      expect((await readFile(path)).equals(before)).toBe(true);
      expect((await loadManifest(state.bundle)).compacted).toBeDefined();
      expect((await readdir(state.bundle.files.state)).sort()).toEqual([
        'compacted.state',
        'manifest.json',
      ]);
      expect(await rejection(verifyCompacted(state.bundle, cold, {}))).toMatchObject({
        code: place === 9 ? 'CONFIG_TOO_NEW' : 'STATE_DAMAGED',
      });

      await turnBit(path, place < 0 ? size + place : place);
      await verifyCompacted(state.bundle, cold, {});
      await expandState(state.bundle, cold, {});
    },
  );

  test('with a chunk cut out is refused', async () => {
    await using state = await coldState(usualRuns());
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    const path = state.bundle.files.compactedState;
    const bytes = await readFile(path);
    const second = 4096 + 64 + bytes.readUInt32LE(4096 + 20);
    const third = second + 64 + bytes.readUInt32LE(second + 20);
    const file = await open(path, 'w');
    await file.writeFile(Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]));
    await file.close();
    expect(await rejection(expandState(state.bundle, cold, {}))).toMatchObject({
      code: 'STATE_DAMAGED',
      details: { why: 'its chunks are not in order' },
    });
  });

  test('that ends too early is refused before it is read', async () => {
    await using state = await coldState(usualRuns());
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    const path = state.bundle.files.compactedState;
    await truncate(path, (await stat(path)).size - 1);
    expect(
      await rejection(assertWhole(await loadManifest(state.bundle), state.bundle)),
    ).toMatchObject({
      code: 'STATE_DAMAGED',
    });
    expect(await rejection(expandState(state.bundle, cold, {}))).toMatchObject({
      code: 'STATE_DAMAGED',
    });
  });

  test('with another machine’s container is refused', async () => {
    await using state = await coldState(usualRuns());
    await using other = await coldState(usualRuns());
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    await compactState(other.bundle, cold, { encrypt, level: 1 });
    await copyFile(other.bundle.files.compactedState, state.bundle.files.compactedState);
    expect(await rejection(expandState(state.bundle, cold, {}))).toMatchObject({
      code: 'STATE_DAMAGED',
      details: { why: 'it is of another state' },
    });
  });

  test('on a volume that reads back something else keeps its plain form', async () => {
    await using state = await coldState(usualRuns());
    const before = await state.contents();
    // Whoever flushes also spoils what was flushed, as a bad cable does.
    const spoiling: Host = {
      ...host,
      flush: async (path, options) => {
        await host.flush(path, options);
        if (path.endsWith('.part')) await turnBit(path, 4300);
      },
    };
    const error = await rejection(
      compactState(state.bundle, { ...cold, host: spoiling }, { encrypt, level: 1 }),
    );
    expect(error).toMatchObject({ code: 'COMPACT_FAILED' });
    expectSame(await state.contents(), before);
    expect(await loadManifest(state.bundle)).toEqual(state.manifest);
    await compactState(state.bundle, cold, { encrypt, level: 1 });
  });

  test('on a volume that calls a hole what holds something keeps its plain form', async () => {
    await using state = await coldState(usualRuns());
    const before = await state.contents();
    const lying: Host = {
      ...host,
      dataExtents: async (path) => (await host.dataExtents(path)).slice(0, -1),
    };
    const error = await rejection(
      compactState(state.bundle, { ...cold, host: lying }, { encrypt, level: 1 }),
    );
    expect(error).toMatchObject({ code: 'COMPACT_FAILED' });
    expect(error.message).toContain('lacks something');
    expectSame(await state.contents(), before);
    expect(await loadManifest(state.bundle)).toEqual(state.manifest);
  });

  test('has none of it compacted when its own files were changed', async () => {
    await using state = await coldState(usualRuns());
    await turnBit(state.bundle.files.deviceState, 100);
    expect(await rejection(compactState(state.bundle, cold, { encrypt, level: 1 }))).toMatchObject({
      code: 'STATE_DAMAGED',
    });
    expect(await readdir(state.bundle.files.state)).not.toContain('compacted.state');
  });

  test.each([
    ['space', 'EIO'],
    ['dataExtents', 'EACCES'],
    ['flush', 'ENOSPC'],
  ] as const)('stays plain when “%s” fails with %s', async (call, errno) => {
    await using state = await coldState(usualRuns());
    const before = await state.contents();
    const failing = { ...cold, host: failingHost(host, call, errno) };
    await rejection(compactState(state.bundle, failing, { encrypt, level: 1 }));
    expectSame(await state.contents(), before);
    expect(await loadManifest(state.bundle)).toEqual(state.manifest);
    expect((await readdir(state.bundle.files.state)).sort()).toEqual([
      'device.state',
      'manifest.json',
      'memory.bin',
    ]);
  });

  test('is not expanded where there is no room, and says what is missing', async () => {
    await using state = await coldState(usualRuns());
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    const full: Host = { ...host, space: async () => ({ available: mebibyte, total: 2 ** 40 }) };
    expect(await rejection(expandState(state.bundle, { ...cold, host: full }, {}))).toMatchObject({
      code: 'NO_SPACE',
      details: { availableBytes: mebibyte },
    });
    await expandState(state.bundle, cold, {});
  });
});

describe('the key of an encrypted state', () => {
  test('that is gone locks the state, which stays', async () => {
    const keys = fakeKeys();
    await using state = await coldState(usualRuns());
    await compactState(state.bundle, { host, keys }, { encrypt: true, level: 1 });
    const before = await readFile(state.bundle.files.compactedState);
    keys.lose();
    const error = await rejection(expandState(state.bundle, { host, keys }, {}));
    expect(error).toMatchObject({ code: 'STATE_LOCKED', hint: expect.stringContaining('kept') });
    expect((await readFile(state.bundle.files.compactedState)).equals(before)).toBe(true);
    expect(await rejection(expandState(state.bundle, { host }, {}))).toMatchObject({
      code: 'STATE_LOCKED',
    });
  });

  test('that is another one under the same name does not open it', async () => {
    const keys = fakeKeys();
    await using state = await coldState(usualRuns());
    await compactState(state.bundle, { host, keys }, { encrypt: true, level: 1 });
    const wrong: KeyStore = {
      current: keys.current,
      find: async (id) => ({ id, secret: randomBytes(32) }),
    };
    expect(await rejection(expandState(state.bundle, { host, keys: wrong }, {}))).toMatchObject({
      code: 'STATE_LOCKED',
    });
    await expandState(state.bundle, { host, keys }, {});
  });

  test('is needed before anything is written', async () => {
    await using state = await coldState(usualRuns());
    expect(
      await rejection(compactState(state.bundle, { host }, { encrypt: true, level: 1 })),
    ).toMatchObject({ code: 'CAPABILITY_MISSING' });
    expect(await readdir(state.bundle.files.state)).toHaveLength(3);
  });
});

test('a container is not followed through a link', async () => {
  await using state = await coldState(usualRuns());
  const cold = { host };
  await compactState(state.bundle, cold, { encrypt: false, level: 1 });
  const elsewhere = join(state.bundle.path, 'elsewhere');
  await rename(state.bundle.files.compactedState, elsewhere);
  await symlink(elsewhere, state.bundle.files.compactedState);
  expect(await rejection(expandState(state.bundle, cold, {}))).toMatchObject({
    code: 'STATE_DAMAGED',
  });
});

async function turnBit(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    byte.writeUInt8(byte.readUInt8(0) ^ 0x10);
    await file.write(byte, 0, 1, position);
  } finally {
    await file.close();
  }
}
