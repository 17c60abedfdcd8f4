import bplistCreator from 'bplist-creator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Folder, makeFolder } from '../support/folder.ts';
import { manyModels, sequoia, writeImage } from '../support/image.ts';
import { memoryOfInspection } from '../support/memory.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const xml = (inside: string): Buffer =>
  Buffer.from(`<?xml version="1.0"?><plist version="1.0">${inside}</plist>`);
const megabytes = (count: number, text: string): string => text.repeat((count << 20) / text.length);

const images = {
  'a manifest of true size': { models: manyModels, components: 45 },
  'a huge comment': { manifest: xml(`<!--${megabytes(23, 'x')}--><dict/>`) },
  'a huge value': { manifest: xml(`<string>${megabytes(23, 'x')}</string>`) },
  'as many values as are allowed': { manifest: xml(`<array>${'<true/>'.repeat(399_000)}</array>`) },
  'a manifest that unpacks to 60 MB': { manifest: Buffer.alloc(60 << 20, ' ') },
  'a large binary manifest': {
    manifest: bplistCreator({ a: Array.from({ length: 20_000 }, (_, index) => `text ${index}`) }),
  },
  '150 000 entries': { extraEntries: 150_000 },
} as const;

/** MiB. */
const most = 50;

test.each(Object.entries(images))('inspecting %s stays below 50 MiB', async (_, spec) => {
  const path = folder.at('image.ipsw');
  await writeImage(path, { ...sequoia, ...spec });
  expect(await memoryOfInspection(path)).toBeLessThan(most);
});
