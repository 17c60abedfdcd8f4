import { readFile, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TorporError } from '../../../src/core/errors.ts';
import { inspectRestoreImage } from '../../../src/preflight/image/restore-image.ts';
import { type Folder, makeFolder } from '../support/folder.ts';
import { type ImageSpec, sequoia, writeImage } from '../support/image.ts';
import { writeZip } from '../support/zip.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

async function refusal(path: string): Promise<TorporError> {
  try {
    await inspectRestoreImage(path);
  } catch (error) {
    if (error instanceof TorporError) return error;
    throw error;
  }
  throw new Error('the image was read');
}

async function refusalOf(spec: Partial<ImageSpec>): Promise<TorporError> {
  const path = folder.at('refused.ipsw');
  await writeImage(path, { ...sequoia, payload: 5_000_000_000, ...spec });
  return await refusal(path);
}

describe('a damaged archive is a clear error', () => {
  test.each([
    ['a directory beyond the end', { zip: { directoryAt: 2 ** 50 } }],
    ['a directory in the payload', { zip: { directoryAt: 1_000_000 } }],
    ['a directory of four thousand million entries', { zip: { entryCount: 2 ** 32 } }],
    ['more entries than it has', { zip: { entryCount: 1000 } }],
  ])('%s', async (_, spec) => {
    expect(await refusalOf(spec)).toMatchObject({ code: 'IMAGE_INVALID' });
  });

  test('a manifest twice', async () => {
    const content = Buffer.from('x');
    const path = folder.at('twice.ipsw');
    const part = { name: 'BuildManifest.plist', content };
    await writeZip(path, { parts: [part, part] });
    expect((await refusal(path)).message).toMatch(/twice/);
  });

  test('a manifest that unpacks to gigabytes, whatever its header says', async () => {
    const content = Buffer.alloc(60 << 20, ' ');
    const path = folder.at('bomb.ipsw');
    const honest = { name: 'BuildManifest.plist', content, deflate: true };
    await writeZip(path, { parts: [honest] });
    expect((await refusal(path)).message).toMatch(/larger than/);
    await writeZip(path, { parts: [{ ...honest, claims: { size: 1000 } }] });
    expect(await refusal(path)).toMatchObject({ code: 'IMAGE_INVALID' });
  });

  test('a stored manifest that reaches beyond the end', async () => {
    const path = folder.at('beyond.ipsw');
    const content = Buffer.from('<plist/>');
    const claims = { size: 10_000_000, compressed: 10_000_000 };
    await writeZip(path, { parts: [{ name: 'BuildManifest.plist', content, claims }] });
    expect(await refusal(path)).toMatchObject({ code: 'IMAGE_INVALID' });
  });

  test('an encrypted manifest, and one of a wrong checksum', async () => {
    const path = folder.at('encrypted.ipsw');
    const content = Buffer.from('<plist><dict/></plist>');
    const part = { name: 'BuildManifest.plist', content };
    await writeZip(path, { parts: [{ ...part, flags: 1 }] });
    expect(await refusal(path)).toMatchObject({ code: 'IMAGE_INVALID' });
    await writeZip(path, { parts: [{ ...part, claims: { crc: 1 } }] });
    expect(await refusal(path)).toMatchObject({ code: 'IMAGE_INVALID' });
  });

  test('an archive of something else, an empty file, a folder, nothing, no archive', async () => {
    const path = folder.at('other.zip');
    await writeZip(path, { parts: [{ name: 'holiday.jpg', content: Buffer.from('x') }] });
    expect((await refusal(path)).message).toMatch(/no restore image/);
    await writeFile(path, '');
    expect((await refusal(path)).message).toMatch(/empty/);
    await writeFile(path, 'not a zip at all');
    expect(await refusal(path)).toMatchObject({ code: 'IMAGE_INVALID' });
    expect(await refusal(folder.at('missing'))).toMatchObject({ code: 'IMAGE_INVALID' });
    expect((await refusal(folder.path)).code).not.toBe('INTERNAL');
  });

  test('a 20 GB image cut anywhere', async () => {
    const path = folder.at('cut.ipsw');
    const { size } = await writeImage(path, sequoia);
    for (const left of [size - 1, size - 22, size - 100, 19_000_000_000, 5_000_000_000, 100, 1]) {
      await truncate(path, left);
      expect(await refusal(path)).toMatchObject({ code: 'IMAGE_INVALID' });
    }
  });
});

test('whatever bytes are changed, it is read or refused with a reason', async () => {
  const path = folder.at('fuzz.ipsw');
  await writeImage(path, { ...sequoia, payload: 100, extraEntries: 5 });
  const whole = await readFile(path);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      await writeFile(path, bytes);
      const outcome = await inspectRestoreImage(path).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) return;
      expect(outcome).toBeInstanceOf(TorporError);
      expect(outcome).toMatchObject({ code: 'IMAGE_INVALID' });
    }),
    { numRuns: 200 },
  );
});
