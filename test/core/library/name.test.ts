import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machineName } from '../../../src/core/config.ts';
import { firstFree, folderNameFor } from '../../../src/core/library/name.ts';
import { folderForTest } from '../../support/volume.ts';

const names = fc
  .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
  .filter((name) => machineName.safeParse(name).success);

describe('the folder of a machine', () => {
  test.each([
    ['Ubuntu 24.04', 'Ubuntu 24.04.torpor'],
    ['a/b', 'a-b.torpor'],
    ['a\\b:c', 'a-b-c.torpor'],
    ['.hidden', '-hidden.torpor'],
    ['.', '-.torpor'],
    ['..', '-..torpor'],
    ['.torpor', '-torpor.torpor'],
    ['Name.torpor', 'Name.torpor.torpor'],
    ['e\u0301', '\u00e9.torpor'],
    ['日本語', '日本語.torpor'],
    ['💤', '💤.torpor'],
  ])('of %j is %j', (name, folder) => {
    expect(folderNameFor(name)).toBe(folder);
  });

  test('of a long name is cut at a whole character', () => {
    const family = '👩‍👩‍👧‍👧';
    const folder = folderNameFor(family.repeat(20).slice(0, 200));
    expect(Buffer.byteLength(folder)).toBeLessThanOrEqual(230);
    expect(folder.replace('.torpor', '').replaceAll(family, '')).toBe('');
  });

  test('of one character that is longer than all the room has a name all the same', () => {
    expect(folderNameFor(`e${'\u0323\u0325'.repeat(99)}`)).toBe('machine.torpor');
  });

  test('is always a name that a file system takes and a library lists', () => {
    fc.assert(
      fc.property(names, (name) => {
        const folder = firstFree(folderNameFor(name), [folderNameFor(name)]);
        expect(Buffer.byteLength(folder)).toBeLessThanOrEqual(240);
        expect(folder).toMatch(/^[^./\\:][^/\\:]*\.torpor$/su);
      }),
    );
  });

  test('can really be made, whatever the name', async () => {
    const library = await folderForTest();
    const property = fc.asyncProperty(names, async (name) => {
      await mkdir(join(library, folderNameFor(name)), { recursive: true });
    });
    await fc.assert(property);
  });
});

describe('the first folder that is free', () => {
  test('counts on from 2', () => {
    expect(firstFree('Demo.torpor', [])).toBe('Demo.torpor');
    expect(firstFree('Demo.torpor', ['Demo.torpor'])).toBe('Demo 2.torpor');
    expect(firstFree('Demo.torpor', ['Demo.torpor', 'Demo 2.torpor'])).toBe('Demo 3.torpor');
  });

  test.each([
    ['Demo.torpor', 'DEMO.torpor'],
    ['Über.torpor', 'ÜBER.torpor'],
    ['\u00e9.torpor', 'e\u0301.torpor'],
  ])('takes %j for taken by %j', (folder, taken) => {
    expect(firstFree(folder, [taken])).not.toBe(folder);
  });

  test('is never one that is taken', () => {
    const folders = fc.array(names.map(folderNameFor), { maxLength: 20 });
    fc.assert(
      fc.property(folders, names, (taken, name) => {
        const folder = firstFree(folderNameFor(name), taken);
        expect(taken.map((one) => one.toLowerCase())).not.toContain(folder.toLowerCase());
      }),
    );
  });
});
