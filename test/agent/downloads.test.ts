import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import type { DownloadView } from '../../src/contract/downloads.ts';
import { libraryLayout } from '../../src/core/library/layout.ts';
import { partPath } from '../../src/preflight/download/part-file.ts';
import { type HostSpec, writeHost } from '../preflight/hosts/describe.ts';
import { today } from '../preflight/support/judging.ts';
import { stateWhere } from '../support/agent-state.ts';
import { tempLibrary } from '../support/temp-library.ts';
import { imageServer } from './support/image-server.ts';

const ready: HostSpec = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
const old: HostSpec = { version: '13.7.6', build: '22H625', mobileDevice: '1400' };
const id = 'macOS_15.6.1_24G90.ipsw';

/** Agents of one library on a described host, and an image to download. */
async function world(host: HostSpec = ready) {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-downloads-'));
  const library = await tempLibrary();
  onTestFinished(async () => {
    await library[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const hostRoot = await writeHost(join(folder, 'host'), host);
  const server = await imageServer(folder);
  return {
    ...{ folder, library, server },
    images: libraryLayout(library.path).images,
    launch: () => library.start({ preflight: { hostRoot, now: today } }),
  };
}

async function downloadWhere(
  agent: Agent,
  holds: (download: DownloadView) => boolean,
): Promise<DownloadView> {
  const { downloads } = await stateWhere(agent, (state) => state.downloads.some(holds));
  const found = downloads.find(holds);
  if (found === undefined) throw new Error('there is no such download');
  return found;
}

/** Asks for the image of the server’s catalogue, as it stands. */
async function asks(server: Awaited<ReturnType<typeof imageServer>>) {
  return { catalogue: await server.catalogue(), url: server.url, anyway: false, limit: null };
}

const isIn =
  (...phases: readonly DownloadView['phase'][]) =>
  ({ phase }: DownloadView): boolean =>
    phases.includes(phase);

const isMoving = ({ phase, done }: DownloadView): boolean => phase === 'downloading' && done > 0;

describe('the images of a catalogue', () => {
  test('are listed, each judged for this host before anything is downloaded', async () => {
    const { launch, server } = await world();
    const agent = await launch();
    const catalogue = await server.catalogue();
    expect(await agent.handle['images.list']({ catalogue })).toMatchObject([
      {
        ...{ name: 'macOS 15.6.1 (24G90)', url: server.url, bytes: server.size, problem: null },
        verdict: { answer: 'yes' },
      },
    ]);
    expect(agent.state().downloads).toEqual([]);
  });

  test('that cannot be read are listed with the reason', async () => {
    const { launch, server } = await world();
    const agent = await launch();
    const catalogue = await server.catalogue({ url: 'http://127.0.0.1:9/gone.ipsw' });
    expect(await agent.handle['images.list']({ catalogue })).toMatchObject([
      { verdict: null, problem: { code: 'REMOTE_FAILED' } },
    ]);
  });

  test('are downloaded only from a catalogue that lists them', async () => {
    const { launch, server } = await world();
    const agent = await launch();
    const start = {
      catalogue: await server.catalogue(),
      url: `${server.url}?x`,
      anyway: true,
      limit: null,
    };
    await expect(agent.handle['download.start'](start)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('a download', () => {
  test('tells everybody how far it is, and ends with the whole image in the library', async () => {
    const { launch, server, images, folder } = await world();
    const agent = await launch();
    const seen: DownloadView[] = [];
    agent.on('state', ({ downloads }) => seen.push(...downloads));
    const start = await asks(server);
    const begun = await agent.handle['download.start'](start);
    expect(begun).toMatchObject({ id, name: 'macOS 15.6.1 (24G90)', path: join(images, id) });
    const whole = await downloadWhere(agent, isIn('complete'));
    expect(whole).toMatchObject({ done: server.size, total: server.size, problem: null });
    const served = await readFile(join(folder, 'served.ipsw'));
    expect((await readFile(whole.path)).equals(served)).toBe(true);
    expect(seen.some(({ phase, done }) => phase === 'downloading' && done > 0)).toBe(true);
    // It is there already: nothing is asked of the server but what the image says.
    const asked = server.asked.length;
    expect(await agent.handle['download.start'](start)).toMatchObject({ phase: 'complete' });
    expect(server.asked.slice(asked).every(({ range }) => range?.includes('-'))).toBe(true);
  });

  test('of what cannot be installed here is refused with the remedy, unless somebody insists', async () => {
    const { launch, server } = await world(old);
    const agent = await launch();
    const start = { catalogue: await server.catalogue(), url: server.url };
    await expect(
      agent.handle['download.start']({ ...start, anyway: false, limit: null }),
    ).rejects.toMatchObject({
      code: 'INSTALL_REFUSED',
      hint: expect.stringMatching(/^Nothing was downloaded\. .*Device Support/),
      details: { verdict: { answer: 'no' } },
    });
    expect(agent.state().downloads).toEqual([]);
    await agent.handle['download.start']({ ...start, anyway: true, limit: null });
    await downloadWhere(agent, isIn('complete'));
  });

  test('goes no faster than it may, in another run of Torpor too', async () => {
    const { launch, server } = await world();
    const limit = 2_000_000;
    const first = await launch();
    server.hold(500_000);
    const catalogue = await server.catalogue();
    await first.handle['download.start']({ catalogue, url: server.url, anyway: false, limit });
    await downloadWhere(first, isMoving);
    await first.stop('quit');
    const second = await launch();
    const rates: (number | null)[] = [];
    second.on('state', ({ downloads }) => rates.push(...downloads.map(({ rate }) => rate)));
    await second.handle['download.resume']({ download: id });
    await downloadWhere(second, isIn('complete'));
    const told = rates.filter((rate) => rate !== null);
    // As fast as it goes it would be done before there is anything to tell.
    expect(told.length).toBeGreaterThan(0);
    expect(Math.max(...told)).toBeLessThan(2 * limit);
  });

  test('is paused and goes on from there', async () => {
    const { launch, server } = await world();
    const agent = await launch();
    server.hold(1_000_000);
    const start = await asks(server);
    await agent.handle['download.start'](start);
    await downloadWhere(agent, isMoving);
    await agent.handle['download.pause']({ download: id });
    expect(agent.state().downloads).toMatchObject([{ phase: 'paused', rate: null }]);
    await agent.handle['download.resume']({ download: id });
    await downloadWhere(agent, isIn('complete'));
    expect(server.asked.at(-1)?.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  test('that is cancelled keeps its part, in another run of Torpor too, and goes on from there', async () => {
    const { launch, server, images, folder } = await world();
    const first = await launch();
    server.hold(1_000_000);
    const start = await asks(server);
    await first.handle['download.start'](start);
    await downloadWhere(first, isMoving);
    const stopped = await first.handle['download.cancel']({ download: id });
    const { done } = stopped;
    expect(stopped).toMatchObject({ phase: 'stopped', total: server.size, problem: null });
    expect(done).toBeGreaterThan(0);
    await first.stop('quit');
    const second = await launch();
    expect(second.state().downloads).toMatchObject([
      { id, name: 'macOS 15.6.1 (24G90)', phase: 'stopped', done, total: server.size },
    ]);
    expect(existsSync(join(images, id))).toBe(false);
    await second.handle['download.resume']({ download: id });
    const { path } = await downloadWhere(second, isIn('complete'));
    expect(server.asked.at(-1)?.range).toBe(`bytes=${done}-`);
    const served = await readFile(join(folder, 'served.ipsw'));
    expect((await readFile(path)).equals(served)).toBe(true);
  });

  test('ends with the agent: after that nothing is written, and the next one can go on', async () => {
    const { launch, server, images } = await world();
    const first = await launch();
    server.hold(1_000_000);
    const start = await asks(server);
    await first.handle['download.start'](start);
    await downloadWhere(first, isMoving);
    await first.detach();
    const part = partPath(join(images, id));
    const { size, mtimeMs } = await stat(part);
    const second = await launch();
    const [left] = second.state().downloads;
    expect(left).toMatchObject({ phase: 'stopped', done: size });
    expect(await stat(part)).toMatchObject({ size, mtimeMs });
    await expect(first.handle['download.start'](start)).rejects.toMatchObject({ code: 'BUSY' });
  });

  test('of a file that changed meanwhile begins anew, and says so', async () => {
    const { launch, server } = await world();
    const agent = await launch();
    server.hold(1_000_000);
    const start = await asks(server);
    await agent.handle['download.start'](start);
    await downloadWhere(agent, isMoving);
    await agent.handle['download.cancel']({ download: id });
    server.etag = '"second"';
    await agent.handle['download.resume']({ download: id });
    expect(await downloadWhere(agent, isIn('complete'))).toMatchObject({
      note: { kind: 'restarted', reason: 'the file on the server changed' },
    });
  });

  test('that the server refuses stops with the reason', async () => {
    const { launch, server } = await world();
    const agent = await launch();
    server.misbehave = (request, response) => {
      if (request.headers.range !== undefined) return false;
      response.writeHead(403).end();
      return true;
    };
    const start = await asks(server);
    await agent.handle['download.start'](start);
    expect(await downloadWhere(agent, isIn('stopped'))).toMatchObject({
      problem: { code: 'REMOTE_FAILED', message: expect.stringContaining('403') },
    });
    server.misbehave = () => false;
    await agent.handle['download.resume']({ download: id });
    expect(await downloadWhere(agent, isIn('complete'))).toMatchObject({ problem: null });
  });

  test('that is not what the catalogue promised never gets its name', async () => {
    const { launch, server, images } = await world();
    const agent = await launch();
    const catalogue = await server.catalogue({ sha256: '0'.repeat(64) });
    await agent.handle['download.start']({
      catalogue,
      url: server.url,
      anyway: false,
      limit: null,
    });
    expect(await downloadWhere(agent, isIn('stopped'))).toMatchObject({
      problem: { message: expect.stringContaining('checksum') },
    });
    expect(existsSync(join(images, id))).toBe(false);
  });

  test('is discarded: its part for good, a whole image into the trash', async () => {
    const { launch, server, images, library } = await world();
    const agent = await launch();
    server.hold(1_000_000);
    const start = await asks(server);
    await agent.handle['download.start'](start);
    await downloadWhere(agent, isMoving);
    await agent.handle['download.discard']({ download: id });
    expect(agent.state().downloads).toEqual([]);
    expect(await readdir(images)).toEqual([]);
    await agent.handle['download.start'](start);
    await downloadWhere(agent, isIn('complete'));
    await agent.handle['download.discard']({ download: id });
    expect(await readdir(library.trash)).toEqual([id]);
    expect(await readdir(libraryLayout(library.path).downloads)).toEqual([]);
    await expect(agent.handle['download.resume']({ download: id })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  test('of a part that became a link is not gone on with: it could lead to anybody’s file', async () => {
    const { launch, server, images, folder } = await world();
    const agent = await launch();
    server.hold(1_000_000);
    const start = await asks(server);
    await agent.handle['download.start'](start);
    await downloadWhere(agent, isMoving);
    await agent.handle['download.cancel']({ download: id });
    const part = partPath(join(images, id));
    await unlink(part);
    await symlink(join(folder, 'served.ipsw'), part);
    await expect(agent.handle['download.resume']({ download: id })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    expect((await stat(join(folder, 'served.ipsw'))).size).toBe(server.size);
  });
});
