import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRestoreImage } from '../../../src/preflight/image/restore-image.ts';
import { type Folder, makeFolder } from '../support/folder.ts';
import { type ImageSpec, manyModels, sequoia, writeImage } from '../support/image.ts';
import { type FileServer, startServer } from '../support/server.ts';
import { writeZip } from '../support/zip.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

/** A 20 GB image with a manifest of true size among many entries, served on loopback. */
async function serve(spec: Partial<ImageSpec>): Promise<FileServer & { readonly path: string }> {
  const path = folder.at('many.ipsw');
  await writeImage(path, { ...sequoia, models: manyModels, components: 45, ...spec });
  return Object.assign(await startServer(path), { path });
}

function expectInBudget(server: FileServer, what: string): void {
  console.log(`${what}: ${server.asked.length} requests, ${server.sent()} bytes`);
  expect(server.asked.length).toBeLessThanOrEqual(5);
  expect(server.sent()).toBeLessThanOrEqual(1 << 20);
}

const counts = [3000, 20_000, 100_000] as const;

describe.each(counts)('a remote image of %d entries', (extraEntries) => {
  test.each(['front', 'middle', 'end'] as const)(
    'is read in 5 requests and 1 MiB with its manifest at the %s',
    async (manifestAt) => {
      await using server = await serve({ extraEntries, manifestAt });
      const image = await inspectRestoreImage(server.url);
      expect(image).toMatchObject({ build: '24G90', forVms: true });
      expect(image.counts).toEqual({ requests: server.asked.length, bytes: server.sent() });
      expectInBudget(server, `${extraEntries} entries, manifest at the ${manifestAt}`);
    },
  );

  test('and without a manifest of its own is read from Restore.plist, also at the end', async () => {
    await using server = await serve({
      extraEntries,
      manifest: Buffer.from('<plist><dict/></plist>'),
      manifestAt: 'end',
    });
    const image = await inspectRestoreImage(server.url);
    expect(image.version).toBe('15.6.1');
    expectInBudget(server, `${extraEntries} entries, empty manifest`);
  });
});

describe('where the manifest stands amid too many entries', () => {
  test('a remote image is refused within the budget, with what to do', async () => {
    await using server = await serve({ extraEntries: 20_000, manifestAt: 'amid' });
    await expect(inspectRestoreImage(server.url)).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringMatching(
        /cannot be checked without reading more than 1 MiB of it in 5 requests: its directory lists 20005 entries/,
      ),
      hint: expect.stringMatching(/Download it and check the file/),
    });
    expectInBudget(server, '20000 entries, manifest amid them');
  });

  test('up to some 5000 entries it is found', async () => {
    await using server = await serve({ extraEntries: 5000, manifestAt: 'amid' });
    expect((await inspectRestoreImage(server.url)).build).toBe('24G90');
    expectInBudget(server, '5000 entries, manifest amid them');
  });

  test('the file itself is read whatever their number', async () => {
    await using server = await serve({ extraEntries: 100_000, manifestAt: 'amid' });
    expect((await inspectRestoreImage(server.path)).build).toBe('24G90');
  });
});

test('a server that does not know “the last bytes” changes nothing of that', async () => {
  await using server = await serve({ extraEntries: 20_000, manifestAt: 'front' });
  server.misbehave = (request, response) => {
    if (request.headers.range?.startsWith('bytes=-') !== true) return false;
    response.writeHead(416).end();
    return true;
  };
  expect((await inspectRestoreImage(server.url)).build).toBe('24G90');
  expectInBudget(server, '20000 entries, no suffix ranges');
});

test('an entry twice is noticed across the directory of a file', async () => {
  const path = folder.at('twice.ipsw');
  const content = new Uint8Array();
  const twice = [{ name: 'BuildManifest.plist', content }];
  const fill = Array.from({ length: 20_000 }, (_, index) => ({ name: `entry ${index}`, content }));
  await writeZip(path, { parts: [...twice, ...fill, ...twice] });
  await expect(inspectRestoreImage(path)).rejects.toMatchObject({
    message: expect.stringMatching(/twice/),
  });
});
