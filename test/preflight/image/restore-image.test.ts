import bplistCreator from 'bplist-creator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRestoreImage } from '../../../src/preflight/image/restore-image.ts';
import { type Folder, makeFolder } from '../support/folder.ts';
import { manyModels, sequoia, twentyGigabytes, writeImage } from '../support/image.ts';
import { type ManifestSpec, manifestOf, xmlPlist } from '../support/manifest.ts';
import { startServer } from '../support/server.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const real: ManifestSpec = { ...sequoia, models: manyModels, components: 45 };

describe('what an image says about itself', () => {
  test.each(['front', 'middle', 'end'] as const)(
    'is read from a 20 GB file, manifest at the %s',
    async (manifestAt) => {
      const path = folder.at(`local-${manifestAt}.ipsw`);
      const { size } = await writeImage(path, { ...sequoia, manifestAt });
      const image = await inspectRestoreImage(path);
      expect(image).toMatchObject({
        location: path,
        from: 'file',
        version: '15.6.1',
        build: '24G90',
        kind: 'release-or-candidate',
        forVms: true,
        device: undefined,
        size,
        systemDiskBytes: 12_434_000_000,
        requires: {
          mobileDevice: { known: true, value: '1774' },
          host: { known: true, value: '13.0.0' },
          cpus: { known: true, value: 2 },
          memoryMiB: { known: true, value: 4096 },
        },
      });
      expect(image.size).toBeGreaterThan(twentyGigabytes);
      expect(image.counts.bytes).toBeLessThan(1 << 20);
    },
  );

  test('is read from a remote 20 GB image with a manifest of true size, in 5 requests and 1 MiB', async () => {
    const path = folder.at('remote.ipsw');
    await writeImage(path, real);
    await using server = await startServer(path);
    const image = await inspectRestoreImage(server.url);
    expect(image.version).toBe('15.6.1');
    expect(image.validator).toBe('"first"');
    console.log(
      `remote 20 GB image: ${image.counts.requests} requests, ${image.counts.bytes} bytes`,
    );
    expect(image.counts.requests).toBeLessThanOrEqual(5);
    expect(image.counts.bytes).toBeLessThanOrEqual(1 << 20);
    expect(server.asked).toHaveLength(image.counts.requests);
    expect(server.sent()).toBe(image.counts.bytes);
    expect(server.asked.slice(1).every((each) => each.ifRange === '"first"')).toBe(true);
  });

  test('is the same from a binary manifest', async () => {
    const path = folder.at('binary.ipsw');
    const manifest = bplistCreator(JSON.parse(JSON.stringify(withoutData(manifestOf(sequoia)))));
    await writeImage(path, { ...sequoia, manifest });
    const image = await inspectRestoreImage(path);
    expect(image.requires.mobileDevice).toMatchObject({ known: true, value: '1774' });
    expect(image.requires.cpus).toMatchObject({ known: true, value: 2 });
  });

  test('is read from archives with a comment, many entries, and without zip64', async () => {
    const path = folder.at('odd.ipsw');
    await writeImage(path, { ...sequoia, zip: { comment: 'x'.repeat(60_000) } });
    expect((await inspectRestoreImage(path)).build).toBe('24G90');
    await writeImage(path, { ...sequoia, extraEntries: 20_000 });
    expect((await inspectRestoreImage(path)).build).toBe('24G90');
    await writeImage(path, { ...sequoia, payload: 1000, zip: { classic: true } });
    expect((await inspectRestoreImage(path)).build).toBe('24G90');
  });

  test('names the device of an image that is not for virtual machines', async () => {
    const path = folder.at('phone.ipsw');
    await writeImage(path, {
      version: '26.1',
      build: '23B85',
      models: ['iPhone17,1', 'iPhone17,2'],
      vm: false,
    });
    const image = await inspectRestoreImage(path);
    expect(image).toMatchObject({ forVms: false, device: 'an iPhone' });
    await writeImage(path, { version: '11.6', build: '20G165', models: ['Mac13,1'], vm: false });
    expect((await inspectRestoreImage(path)).device).toBe('Macs only, not virtual machines');
  });

  test('is assumed only where images of that age left it out', async () => {
    const path = folder.at('bare.ipsw');
    await writeImage(path, { version: '12.0.1', build: '21A559' });
    const old = await inspectRestoreImage(path);
    expect(old.requires.host).toMatchObject({ known: true, value: '12.0' });
    expect(old.requires.mobileDevice.known).toBe(false);
    await writeImage(path, { version: '26.0', build: '25A354' });
    const recent = await inspectRestoreImage(path);
    expect(recent.requires.host.known).toBe(false);
    expect(recent.requires.memoryMiB.known).toBe(false);
  });

  test('is partly known from Restore.plist when the manifest is missing', async () => {
    const path = folder.at('no-manifest.ipsw');
    await writeImage(path, { ...sequoia, manifest: null });
    const image = await inspectRestoreImage(path);
    expect(image).toMatchObject({ version: '15.6.1', forVms: true });
    expect(image.requires.mobileDevice.known).toBe(false);
  });

  test('counts the higher demand when identities disagree, and knows seeds', async () => {
    const path = folder.at('seed.ipsw');
    const text = xmlPlist(
      manifestOf({ ...sequoia, version: '27.0', build: '26A5353q', mobileDevice: '1827.100.14' }),
    );
    const raised = text.replace('<string>1827.100.14</string>', '<string>1853</string>');
    await writeImage(path, { ...sequoia, manifest: Buffer.from(raised) });
    const image = await inspectRestoreImage(path);
    expect(image.kind).toBe('seed');
    expect(image.requires.mobileDevice).toMatchObject({ value: '1853' });
  });
});

function withoutData(value: unknown): unknown {
  if (value instanceof Uint8Array) return 'data';
  if (Array.isArray(value)) return value.map(withoutData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutData(inner)]));
}
