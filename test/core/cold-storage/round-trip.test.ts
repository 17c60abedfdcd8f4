import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactState } from '../../../src/core/cold-storage/compact.ts';
import { expandState } from '../../../src/core/cold-storage/expand.ts';
import { hasSavedState, loadManifest } from '../../../src/core/saved-state/files.ts';
import { assertWhole } from '../../../src/core/saved-state/fit.ts';
import { createHost } from '../../../src/storage/host.ts';
import { coldState, expectSame, mebibyte, usualRuns } from '../../support/cold-state.ts';
import { fakeKeys } from '../../support/fake-keys.ts';

const host = createHost();

describe.each([
  ['compacted', false],
  ['encrypted', true],
] as const)('a state that is %s', (_name, encrypt) => {
  const cold = { host, keys: fakeKeys() };

  test('is one file and a manifest, and comes back as it was', async () => {
    await using state = await coldState(usualRuns());
    const before = await state.contents();

    await compactState(state.bundle, cold, { encrypt, level: 3 });
    expect((await readdir(state.bundle.files.state)).sort()).toEqual([
      'compacted.state',
      'manifest.json',
    ]);
    const manifest = await loadManifest(state.bundle);
    expect(manifest.formatVersion).toBe(2);
    expect(manifest.compacted?.bytes).toBe((await stat(state.bundle.files.compactedState)).size);
    await assertWhole(manifest, state.bundle);

    await expandState(state.bundle, cold, {});
    expect((await readdir(state.bundle.files.state)).sort()).toEqual([
      'device.state',
      'manifest.json',
      'memory.bin',
    ]);
    expectSame(await state.contents(), before);
    const again = await loadManifest(state.bundle);
    await assertWhole(again, state.bundle);
    expect({ ...again, memory: null }).toEqual({ ...state.manifest, memory: null });
    expect((await stat(state.bundle.files.memory)).blocks * 512).toBeLessThan(4 * mebibyte);
  });

  test('holds nothing of the guest in the clear when it is encrypted', async () => {
    await using state = await coldState([{ at: 0, bytes: randomBytes(mebibyte) }]);
    const { memory } = await state.contents();
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    const container = await readFile(state.bundle.files.compactedState);
    expect(container.includes(memory.subarray(1000, 1032))).toBe(!encrypt);
    expect((await stat(state.bundle.files.compactedState)).mode & 0o777).toBe(0o600);
  });

  test('tells how far it is, and ends with all of it', async () => {
    await using state = await coldState(usualRuns());
    const told: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      told.push(done / total);
    await compactState(state.bundle, cold, { encrypt, level: 1, onProgress });
    expect(told.toSorted((a, b) => a - b)).toEqual(told);
    expect(told.at(-1)).toBe(1);
  });

  test('compacting and expanding twice changes nothing more', async () => {
    await using state = await coldState(usualRuns());
    const before = await state.contents();
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    const once = await loadManifest(state.bundle);
    await compactState(state.bundle, cold, { encrypt, level: 1 });
    expect(await loadManifest(state.bundle)).toEqual(once);
    await expandState(state.bundle, cold, {});
    await expandState(state.bundle, cold, {});
    expectSame(await state.contents(), before);
  });

  test('any sparse content comes back byte for byte', async () => {
    const memoryBytes = 5 * mebibyte;
    const run = fc.record({
      at: fc.integer({ min: 0, max: memoryBytes - 1 }),
      length: fc.integer({ min: 1, max: 300_000 }),
      kind: fc.constantFrom('random', 'text', 'zeros'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 6 }), async (runs) => {
        await using state = await coldState(
          runs.map(({ at, length, kind }) => ({ at, bytes: fill(kind, length, memoryBytes - at) })),
          { memoryBytes },
        );
        const before = await state.contents();
        await compactState(state.bundle, cold, { encrypt, level: 1 });
        await expandState(state.bundle, cold, {});
        expectSame(await state.contents(), before);
        expect(await hasSavedState(state.bundle)).toBe(true);
      }),
      { numRuns: 25, seed: 20261124 },
    );
  });
});

function fill(kind: string, length: number, room: number): Buffer {
  const size = Math.min(length, room);
  if (kind === 'random') return randomBytes(size);
  return Buffer.alloc(size, kind === 'text' ? 'torpor' : 0);
}
