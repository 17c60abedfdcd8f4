import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TorporError } from '../../src/core/errors.ts';
import type { Row, Table } from '../../src/preflight/known-broken/schema.ts';
import { signTable } from '../../src/preflight/known-broken/signature.ts';
import {
  additionsPath,
  loadTable,
  shippedTable,
  updatePath,
} from '../../src/preflight/known-broken/table.ts';
import { updateTable } from '../../src/preflight/known-broken/update.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { verdictOf } from './support/judging.ts';
import { startServer } from './support/server.ts';

const key = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const keys = [key.publicKey];

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const ownRow: Row = {
  id: 'our-fleet-rule',
  when: { guest: { versions: { from: '15.0', below: '16.0' } } },
  moment: 'install',
  outcome: 'fail',
  effect: { direct: 'Our fleet does not allow it.', appStore: 'Our fleet does not allow it.' },
  remedy: [],
  restart: false,
  source: ['the administrator'],
  from: '2026-01-01',
  until: null,
};

const newer = (change: Partial<Table> = {}): Table => {
  const shipped = shippedTable();
  return { ...shipped, serial: shipped.serial + 1, issued: '2026-12-01', ...change };
};
const signed = (table: unknown, by = key): string =>
  signTable(JSON.stringify(table), by.privateKey);

async function refusal(action: Promise<unknown>): Promise<TorporError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TorporError) return error;
  throw new Error('it was taken');
}

describe('the table that ships', () => {
  const table = shippedTable();

  test('has rows with sources and unique names, and pairs of every host and guest', () => {
    const ids = table.rows.map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(table.pairs).toHaveLength(36);
    expect(table.rows.every((row) => row.until === null || row.until > row.from)).toBe(true);
  });
});

describe('an update', () => {
  test('that is newer and signed is taken, and used from then on', async () => {
    const places = { folder: folder.at('taken'), keys };
    const file = folder.at('newer.json');
    await writeFile(file, signed(newer({ rows: [ownRow] })));
    const result = await updateTable(file, places);
    expect(result).toEqual({ taken: true, serial: newer().serial, issued: '2026-12-01', rows: 1 });
    const loaded = await loadTable(places);
    expect(loaded).toMatchObject({ origin: 'update', problems: [] });
    expect(loaded.rows).toHaveLength(1);
    expect(await updateTable(file, places)).toMatchObject({ taken: false });
    const host = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
    const guest = { version: '15.6.1', build: '24G90' };
    const { verdict } = await verdictOf(folder.path, host, guest, { table: places });
    expect(verdict.sentence).toMatch(/Our fleet does not allow it/);
  });

  test('is taken from an address too', async () => {
    const file = folder.at('remote.json');
    await writeFile(file, signed(newer()));
    await using server = await startServer(file);
    const places = { folder: folder.at('remote'), keys };
    expect(await updateTable(server.url, places)).toMatchObject({ taken: true });
    server.misbehave = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    expect(await refusal(updateTable(server.url, places))).toMatchObject({ code: 'REMOTE_FAILED' });
    server.misbehave = (_, response) => {
      response.writeHead(200);
      for (let sent = 0; sent < 80; sent += 1) response.write(Buffer.alloc(1 << 16));
      response.end();
      return true;
    };
    expect((await refusal(updateTable(server.url, places))).message).toMatch(/more than/);
    expect(await loadTable(places)).toMatchObject({ origin: 'update' });
  });

  const table = newer();
  test.each([
    ['unsigned', JSON.stringify(table), /no signature/],
    ['signed by someone else', signed(table, stranger), /not that of Torpor/],
    ['changed after signing', signed(table).replace('78 %', '79 %'), /not that of/],
    ['malformed though signed', signed({ ...table, rows: [{ id: 'x' }] }), /malformed/],
    ['of another format', signed({ ...table, format: 2 }), /malformed/],
    ['not even JSON', 'hello', /no signature/],
    ['signed JSON that is none', signTable('{', key.privateKey), /malformed/],
    ['huge', `"${'x'.repeat(3 << 20)}"`, /larger|too large/],
    ['older', signed({ ...table, serial: 5 }), /older than the one in use/],
    [
      'signed with prerelease names in the store’s words',
      signed({ ...table, rows: [{ ...ownRow, effect: { direct: 'x', appStore: 'the beta' } }] }),
      /malformed.*prerelease/,
    ],
  ])('%s is refused, and the last good one stays', async (name, text, message) => {
    const places = { folder: folder.at(`kept-${name.length}`), keys };
    const good = folder.at('good.json');
    await writeFile(good, signed(newer()));
    await updateTable(good, places);
    const before = await readFile(updatePath(places.folder), 'utf8');
    const bad = folder.at('bad.json');
    await writeFile(bad, text);
    const error = await refusal(updateTable(bad, places));
    expect(error.message).toMatch(message);
    expect(await readFile(updatePath(places.folder), 'utf8')).toBe(before);
    expect(await loadTable(places)).toMatchObject({ origin: 'update', problems: [] });
  });

  test('that was damaged on the disk is reported and the shipped one used', async () => {
    const places = { folder: folder.at('damaged'), keys };
    await mkdir(places.folder);
    await writeFile(updatePath(places.folder), signed(newer()).replace('78 %', '79 %'));
    const loaded = await loadTable(places);
    expect(loaded.origin).toBe('built-in');
    expect(loaded.problems[0]).toMatch(/is not used.*signature/);
    const host = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
    const guest = { version: '15.6.1', build: '24G90' };
    const { verdict } = await verdictOf(folder.path, host, guest, { table: places });
    expect(verdict.answer).toBe('cannot-tell');
  });

  test('older than the table that ships is left alone', async () => {
    const places = { folder: folder.at('stale'), keys };
    await mkdir(places.folder);
    await writeFile(updatePath(places.folder), signed({ ...newer(), serial: 1 }));
    expect(await loadTable(places)).toMatchObject({ origin: 'built-in', problems: [] });
  });
});

describe('rows of people’s own', () => {
  test('are added, and a file that cannot be read keeps the verdict from being a yes', async () => {
    const places = { folder: folder.at('own'), keys };
    await mkdir(additionsPath(places.folder), { recursive: true });
    const file = `${additionsPath(places.folder)}/fleet.json`;
    await writeFile(file, JSON.stringify({ format: 1, rows: [ownRow] }));
    const shipped = shippedTable().rows.length;
    expect((await loadTable(places)).rows).toHaveLength(shipped + 1);
    await writeFile(`${additionsPath(places.folder)}/broken.json`, '{ "format": 1, "rows": [{}] }');
    const loaded = await loadTable(places);
    expect(loaded.rows).toHaveLength(shipped + 1);
    expect(loaded.problems[0]).toMatch(/broken.json are not used: rows.0.id/);
    const host = { version: '14.6.1', build: '23G93', mobileDevice: '1600' };
    const guest = { version: '14.6.1', build: '23G93' };
    const { verdict } = await verdictOf(folder.path, host, guest, { table: places });
    expect(verdict.answer).toBe('cannot-tell');
    expect(verdict.sentence).toMatch(/rules about known problems could not be read/);
  });

  test('hold only between their days', async () => {
    const places = { folder: folder.at('days'), keys };
    await mkdir(additionsPath(places.folder), { recursive: true });
    const row = { ...ownRow, from: '2026-03-01', until: '2026-03-31' };
    await writeFile(
      `${additionsPath(places.folder)}/a.json`,
      JSON.stringify({ format: 1, rows: [row] }),
    );
    const host = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
    const guest = { version: '15.6.1', build: '24G90' };
    const on = async (day: string): Promise<string> =>
      (await verdictOf(folder.path, host, guest, { table: places, now: new Date(day) })).verdict
        .answer;
    expect(await on('2026-02-28')).toBe('yes');
    expect(await on('2026-03-31')).toBe('no');
    expect(await on('2026-04-01')).toBe('yes');
  });
});

describe('a row whose facts are unknown', () => {
  test('is not passed over: device support that cannot be read on the Mac of the bad one', async () => {
    const host = { version: '26.5.1', build: '25F80' };
    const { verdict } = await verdictOf(folder.path, host, { version: '15.6.1', build: '24G90' });
    const result = verdict.results.find((each) => each.id === 'known-broken');
    expect(result?.outcome).toBe('unknown');
    expect(result?.sentence).toMatch(/cannot tell whether a known problem applies/);
  });

  test('a prerelease Xcode on that Mac leaves it unknown which device support it brought', async () => {
    const host = {
      version: '26.5.1',
      build: '25F80',
      mobileDevice: '1827.100.14',
      xcodes: [{ name: 'Xcode-beta', version: '27.0', build: '27A5194q', opened: true }],
    };
    const { verdict } = await verdictOf(folder.path, host, { version: '15.6.1', build: '24G90' });
    expect(verdict.answer).toBe('cannot-tell');
    expect(verdict.sentence).toMatch(/cannot rule out/);
  });
});
