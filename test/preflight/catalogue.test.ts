import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeCatalogue, readCatalogue } from '../../src/preflight/catalogue.ts';
import { accessTo, readSituation } from '../../src/preflight/preflight.ts';
import { writeHost } from './hosts/describe.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { sequoia, writeImage } from './support/image.ts';
import { xmlPlist } from './support/manifest.ts';
import { startServer } from './support/server.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const restore = (version: string, build: string) => ({
  Restore: {
    BuildVersion: build,
    FirmwareSHA1: 'a'.repeat(40),
    FirmwareURL: `https://example.invalid/UniversalMac_${version}_${build}_Restore.ipsw`,
    ProductVersion: version,
  },
});

const apple = xmlPlist({
  MobileDeviceSoftwareVersionsByVersion: {
    '1': {
      MobileDeviceProductTypes: { VirtualMac: ['VirtualMac2,1'] },
      MobileDeviceSoftwareVersions: {
        'Mac14,2': { '25G82': restore('26.6.2', '25G82') },
        'VirtualMac2,1': {
          '25G82': restore('26.6.2', '25G82'),
          Unknown: { Universal: restore('27.0.1', '26A434') },
          '26A999x': { Restore: { ProductVersion: 'nonsense' } },
        },
      },
    },
  },
});

describe('a catalogue', () => {
  test('of Apple’s form lists the images for virtual machines, newest first', async () => {
    const path = folder.at('apple.xml');
    await writeFile(path, apple);
    const rows = await readCatalogue(path);
    expect(rows.map((row) => row.build)).toEqual(['26A434', '25G82']);
    expect(rows[0]).toMatchObject({
      version: '27.0.1',
      sha1: 'a'.repeat(40),
      listedAsRelease: false,
    });
  });

  test('of a person’s own is read from a file or an address', async () => {
    const path = folder.at('own.json');
    const image = {
      version: '15.6.1',
      build: '24G90',
      url: 'https://example.invalid/a.ipsw',
      size: 1,
    };
    await writeFile(path, JSON.stringify({ format: 1, images: [image] }));
    expect(await readCatalogue(path)).toMatchObject([image]);
    await using server = await startServer(path);
    expect(await readCatalogue(server.url)).toMatchObject([image]);
  });

  test.each([
    ['text', 'hello'],
    ['broken JSON', '{ "format": 1'],
    [
      'an address that is none',
      '{"format":1,"images":[{"version":"1","build":"24G90","url":"file:///x"}]}',
    ],
    [
      'a build that is none',
      '{"format":1,"images":[{"version":"1","build":"x","url":"https://a.b"}]}',
    ],
  ])('that is %s is refused', async (_, text) => {
    const path = folder.at('bad');
    await writeFile(path, text);
    await expect(readCatalogue(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('that is missing is refused', async () => {
    await expect(readCatalogue(folder.at('nothing'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

test('each row has its verdict before anything is downloaded, and one failure stops no other', async () => {
  const path = folder.at('image.ipsw');
  await writeImage(path, sequoia);
  await using server = await startServer(path);
  const options = { libraryPath: '/', now: new Date('2026-11-24') };
  const host = await writeHost(folder.at('host'), {
    version: '15.6.1',
    build: '24G90',
    mobileDevice: '1774',
  });
  const situation = await readSituation(await accessTo(host), options);
  const row = {
    version: '15.6.1',
    build: '24G90',
    url: server.url,
    size: undefined,
    sha1: undefined,
    sha256: undefined,
    listedAsRelease: true,
  };
  const refused = new URL('http://127.0.0.1:9/nothing.ipsw').href;
  const judged = await judgeCatalogue(
    [row, { ...row, url: refused }, { ...row, build: '24G84' }],
    situation,
    options,
  );
  expect(judged[0]).toMatchObject({ report: { verdict: { answer: 'yes' } } });
  expect(judged[1]).toMatchObject({ problem: { code: 'REMOTE_FAILED' } });
  expect(judged[2]).toMatchObject({ problem: { code: 'REMOTE_CHANGED' } });
  expect(server.sent()).toBeLessThan(1 << 20);
});
