import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { type Folder, makeFolder } from '../preflight/support/folder.ts';
import { manyModels, sequoia, writeImage } from '../preflight/support/image.ts';
import { type FileServer, startServer } from '../preflight/support/server.ts';
import { type FakeTerminal, fakeTerminal } from '../support/fake-terminal.ts';

const hosts = join(import.meta.dirname, '../preflight/hosts');
const thirteen = join(hosts, 'macos-13-without-device-support');
const ready = join(hosts, 'macos-26-6-ready');

let folder: Folder;
let server: FileServer;
let image: string;
let size: number;

beforeAll(async () => {
  folder = await makeFolder();
  image = folder.at('image.ipsw');
  ({ size } = await writeImage(image, { ...sequoia, payload: 100_000 }));
  server = await startServer(image);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function run(
  ...argv: string[]
): Promise<{ code: number; terminal: FakeTerminal; out: string }> {
  const terminal = fakeTerminal();
  const code = await runCli(argv, terminal);
  return { code, terminal, out: terminal.stdout.text };
}

describe('torpor preflight', () => {
  test('of a remote image for a macOS 13 without device support says no, why, and what to do', async () => {
    const { code, out } = await run('preflight', server.url, '--host-root', thirteen);
    expect(code).toBe(10);
    expect(out).toMatch(
      /^This Mac cannot install macOS 15\.6\.1 \(24G90\) yet\. The device support/,
    );
    expect(out).toMatch(/What to do:\n {2}1\. Download “Device Support for macOS 15”/);
    expect(out).toMatch(/developer\.apple\.com/);
    expect(out).toMatch(/Read \d+ bytes of [\d.]+ GB in \d requests; nothing was downloaded\./);
  });

  test('of a 20 GB image reads 5 parts and 1 MiB of it at most', async () => {
    const large = folder.at('large.ipsw');
    await writeImage(large, { ...sequoia, models: manyModels, components: 45 });
    await using remote = await startServer(large);
    const { code, out } = await run('preflight', remote.url, '--host-root', thirteen);
    console.log(`20 GB image: ${remote.asked.length} requests, ${remote.sent()} bytes\n${out}`);
    expect(code).toBe(10);
    expect(out).toContain(
      `Read ${remote.sent()} bytes of 20 GB in ${remote.asked.length} requests; nothing was downloaded.`,
    );
    expect(remote.asked.length).toBeLessThanOrEqual(5);
    expect(remote.sent()).toBeLessThanOrEqual(1 << 20);
  });

  test('of a local image for a Mac that is ready says yes', async () => {
    const { code, out } = await run('preflight', image, '--host-root', ready);
    expect(out).toMatch(/^This Mac has everything/);
    expect(code).toBe(0);
  });

  test('exits with 11 when it cannot tell and 12 for warnings when they count', async () => {
    expect((await run('preflight', '26A428', '--host-root', ready)).code).toBe(11);
    const beta = ['preflight', '26A5388g', '--host-root', ready];
    expect((await run(...beta)).code).toBe(0);
    expect((await run(...beta, '--strict')).code).toBe(12);
  });

  test('prints JSON with the evidence', async () => {
    const { code, terminal } = await run('--json', 'preflight', image, '--host-root', thirteen);
    expect(code).toBe(10);
    expect(terminal.json()).toMatchObject({
      image: { version: '15.6.1', requires: { mobileDevice: { known: true, value: '1774' } } },
      host: { mobileDevice: { known: true, value: '1400' } },
      verdict: { answer: 'no', restart: true },
    });
  });

  test('takes the plan of the machine into account', async () => {
    const small = await run('preflight', image, '--host-root', ready, '--memory', '2G');
    expect(small.code).toBe(10);
    expect(small.out).toMatch(/less than the image asks for/);
    const large = await run('preflight', image, '--host-root', ready, '--disk', '2T');
    expect(large.out).toMatch(/There is not enough space/);
  });

  test('of nothing, of something else, and for a folder that is no host', async () => {
    expect((await run('preflight', folder.at('nothing'))).code).toBe(1);
    const missing = await run('preflight', image, '--host-root', folder.path);
    expect(missing.code).toBe(1);
    expect(missing.terminal.stderr.text).toMatch(/describes no host/);
    expect((await run('preflight', '99Z99999')).code).toBe(2);
  });

  test('update refuses a table that is not signed', async () => {
    const table = folder.at('table.json');
    await writeFile(table, '{}');
    const { code, terminal } = await run('preflight', 'update', '--from', table);
    expect(code).toBe(1);
    expect(terminal.stderr.text).toMatch(/was refused: it carries no signature/);
  });
});

describe('torpor images', () => {
  test('lists a catalogue with verdicts, also where an image cannot be read', async () => {
    const catalogue = folder.at('catalogue.json');
    const images = [
      { version: '15.6.1', build: '24G90', url: server.url },
      { version: '14.0', build: '23A344', url: 'http://127.0.0.1:9/gone.ipsw' },
    ];
    await writeFile(catalogue, JSON.stringify({ format: 1, images }));
    const { code, out } = await run('images', '--catalog', catalogue, '--host-root', ready);
    expect(code).toBe(0);
    expect(out).toMatch(/macOS 15\.6\.1 \(24G90\), [\d.]+ GB: can be installed/);
    expect(out).toMatch(/macOS 14\.0 \(23A344\): could not be checked/);
  });
});

describe('torpor download', () => {
  test('checks first and downloads nothing that cannot be installed', async () => {
    const target = folder.at('no.ipsw');
    const { code, out } = await run(
      'download',
      server.url,
      '--to',
      target,
      '--host-root',
      thirteen,
    );
    expect(code).toBe(10);
    expect(out).toMatch(/Nothing was downloaded/);
  });

  test('downloads what can be installed, and anything when told to', async () => {
    const target = folder.at('yes.ipsw');
    const { code, out } = await run('download', server.url, '--to', target, '--host-root', ready);
    expect(out).toMatch(/yes\.ipsw is complete/);
    expect(code).toBe(0);
    const other = folder.at('anyway.ipsw');
    const anyway = ['download', server.url, '--to', other, '--host-root', thirteen, '--anyway'];
    expect((await run(...anyway)).code).toBe(0);
    expect((await run(...anyway)).code).toBe(2);
  });

  test('is stopped by Ctrl-C and goes on the next time', async () => {
    const target = folder.at('stopped.ipsw');
    const argv = ['download', server.url, '--to', target, '--host-root', ready, '--anyway'];
    const terminal = fakeTerminal();
    server.misbehave = (request, response) => {
      // The check asks for parts; a download from the beginning asks for the whole.
      if (request.headers.range !== undefined) return false;
      response.writeHead(200, { etag: '"first"', 'content-length': size });
      response.write('x');
      terminal.interrupt();
      return true;
    };
    const code = await runCli(argv, terminal);
    server.misbehave = () => false;
    expect(code).toBe(1);
    expect(terminal.stderr.text).toMatch(
      /The download was cancelled\. What was downloaded is kept/,
    );
    expect((await run(...argv)).code).toBe(0);
  });
});

describe('torpor explain', () => {
  test('says what an error means on a host', async () => {
    const { code, out } = await run('explain', '10006', '--image', image, '--host-root', thirteen);
    expect(code).toBe(0);
    expect(out).toMatch(/VZErrorDomain 10006 \(installationRequiresUpdate\)/);
    expect(out).toMatch(/The device support of this Mac is 1400; the image asks for 1774\./);
  });

  test('goes on without an image that cannot be read, and says so', async () => {
    const { code, out } = await run(
      'explain',
      '10006',
      '--image',
      folder.at('gone'),
      '--host-root',
      ready,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/The image was not considered: There is no file/);
  });

  test('refuses a text without an error', async () => {
    expect((await run('explain', 'it', 'broke', '--host-root', ready)).code).toBe(2);
  });
});
