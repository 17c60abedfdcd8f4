import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Compacted,
  canonical,
  readManifest,
  saveReasons,
  stateBytes,
  writeManifest,
} from '../../../src/core/saved-state/manifest.ts';
import { rejection } from '../../support/rejection.ts';
import { sampleManifest } from '../../support/samples.ts';
import { leavesOf, replaced, valueAt } from '../../support/trees.ts';
import { folderForTest } from '../../support/volume.ts';

async function written(manifest = sampleManifest()) {
  const path = join(await folderForTest(), 'manifest.json');
  await writeManifest(path, manifest);
  return { path, manifest };
}

describe('a manifest', () => {
  test('comes back from its file as it was written, which is private', async () => {
    const { path, manifest } = await written();
    expect(await readManifest(path)).toEqual(manifest);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test.each([
    { memory: null, mode: 'streamed' as const },
    { firmwareVariables: null, disks: [] },
    { wasPaused: true, reason: saveReasons[0] },
    { memory: { name: 'memory.bin', bytes: 1, dataBytes: 0, inode: '1', modifiedAt: null } },
  ])('comes back with %j', async (changes) => {
    const { path, manifest } = await written(sampleManifest(changes));
    expect(await readManifest(path)).toEqual(manifest);
  });

  test('is refused with any one bit flipped', async () => {
    const { path } = await written();
    const bytes = await readFile(path);
    const place = fc.record({
      index: fc.nat({ max: bytes.length - 1 }),
      bit: fc.nat({ max: 7 }),
    });
    const property = fc.asyncProperty(place, async ({ index, bit }) => {
      const flipped = Buffer.from(bytes);
      flipped[index] = (bytes[index] ?? 0) ^ (1 << bit);
      await writeFile(path, flipped);
      const { code } = await rejection(readManifest(path));
      expect(['STATE_DAMAGED', 'CONFIG_TOO_NEW']).toContain(code);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('is refused cut at any place', async () => {
    const { path } = await written();
    const bytes = await readFile(path);
    // Without the last byte only the line's end is missing.
    for (let length = 0; length < bytes.length - 1; length += 7) {
      await writeFile(path, bytes.subarray(0, length));
      expect(await rejection(readManifest(path))).toMatchObject({ code: 'STATE_DAMAGED' });
    }
  });

  test('is refused with any value changed by hand', async () => {
    const { path } = await written();
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    for (const leaf of leavesOf(value)) {
      await writeFile(path, JSON.stringify(replaced(value, leaf, another(valueAt(value, leaf)))));
      const { code } = await rejection(readManifest(path));
      expect([leaf, code]).toEqual([leaf, 'STATE_DAMAGED']);
    }
  });

  test('may be written with its fields in another order', async () => {
    const { path, manifest } = await written();
    const value: object = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify(Object.fromEntries(Object.entries(value).reverse())));
    expect(await readManifest(path)).toEqual(manifest);
  });

  test('of a newer Torpor is said to be newer, not damaged', async () => {
    const { path } = await written();
    const value: object = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...value, formatVersion: 3, inventions: [] }));
    const error = await rejection(readManifest(path));
    expect(error.code).toBe('CONFIG_TOO_NEW');
    expect(error.message).toBe('The saved state was written by a newer Torpor.');
  });

  test('that is compacted has a format of its own, which a Torpor that only knows the other refuses', async () => {
    const compacted: Compacted = {
      name: 'compacted.state',
      bytes: 1,
      sha256: 'ab'.repeat(32),
      contents: 'cd'.repeat(32),
      keyId: null,
    };
    const { path } = await written();
    const manifest = sampleManifest({ formatVersion: 2, compacted });
    await writeManifest(path, manifest);
    expect(await readManifest(path)).toEqual(manifest);
    await writeManifest(path, sampleManifest({ formatVersion: 1, compacted }));
    expect((await rejection(readManifest(path))).code).toBe('STATE_DAMAGED');
    await writeManifest(path, sampleManifest({ formatVersion: 2 }));
    expect((await rejection(readManifest(path))).code).toBe('STATE_DAMAGED');
  });

  test('says why it is refused, and that nothing was deleted', async () => {
    const { path } = await written();
    await writeFile(path, '{"formatVersion": 1}');
    const error = await rejection(readManifest(path));
    expect(error.details).toMatchObject({ path, reason: expect.stringContaining('manifest') });
    expect(error.hint).toContain('kept');
    expect(error.cause).toBeDefined();
  });

  test.each(['missing', 'link', 'large'] as const)('that is %s is damaged', async (kind) => {
    const { path } = await written();
    const other = join(await folderForTest(), 'manifest.json');
    if (kind === 'link') await symlink(path, other);
    if (kind === 'large') await writeFile(other, ' '.repeat(2 ** 20 + 1));
    expect((await rejection(readManifest(other))).code).toBe('STATE_DAMAGED');
  });

  test('that is not valid is not written', async () => {
    const path = join(await folderForTest(), 'manifest.json');
    await expect(writeManifest(path, sampleManifest({ files: [] }))).rejects.toThrow();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test.each(['../disks/vda.raw', '/etc/passwd', '.hidden', ''])(
    'names no file %j',
    async (name) => {
      const path = join(await folderForTest(), 'manifest.json');
      const [file] = sampleManifest().files;
      if (file === undefined) throw new Error('the sample has no file');
      await expect(
        writeManifest(path, sampleManifest({ files: [{ ...file, name }] })),
      ).rejects.toThrow();
    },
  );
});

test('the bytes of a state are its files and what its memory holds', () => {
  expect(stateBytes(sampleManifest())).toBe(1000 + 2 ** 30);
  expect(stateBytes(sampleManifest({ memory: null }))).toBe(1000);
});

test('equal contents have one text, whatever the order of their fields', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonical(reversed(value))).toBe(canonical(value));
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

/** A value of the same type that is valid in most places where `value` is. */
function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return 'other';
  return value.replace(/[0-9a-z]/, (first) => (first === '1' ? '2' : '1'));
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)] as const);
  return Object.fromEntries(entries.reverse());
}
