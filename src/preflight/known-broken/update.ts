import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { TorporError } from '../../core/errors.ts';
import { fetchText } from '../fetch-text.ts';
import { readBounded } from '../host/live.ts';
import type { HttpOptions } from '../image/http-range.ts';
import { isUrl } from '../image/source.ts';
import { longestTable, verifyTable } from './signature.ts';
import { loadTable, releaseKeys, type TablePlaces, updatePath } from './table.ts';

export interface TableUpdate {
  readonly taken: boolean;
  readonly serial: number;
  readonly issued: string;
  readonly rows: number;
}

/**
 * Takes a newer, signed table from a file or an https address. Throws TABLE_REFUSED for one that is
 * unsigned, signed by someone else, malformed or older than the one in use; then, and when writing
 * fails, the one in use stays. The same table again is not an error: `taken` is false.
 */
export async function updateTable(
  from: string,
  places: TablePlaces & { readonly folder: string },
  http: HttpOptions = {},
): Promise<TableUpdate> {
  const text = isUrl(from) ? await fetchText(from, longestTable, http) : await readText(from);
  const table = verifyTable(text, places.keys ?? releaseKeys);
  const current = await loadTable(places);
  const result = { serial: table.serial, issued: table.issued, rows: table.rows.length };
  if (table.serial === current.serial) return { taken: false, ...result };
  if (table.serial < current.serial) {
    throw new TorporError(
      'TABLE_REFUSED',
      `The table of known problems was refused: it is of ${table.issued}, older than the one in use (${current.issued}), which stays.`,
    );
  }
  await mkdir(places.folder, { recursive: true });
  await replace(updatePath(places.folder), text);
  return { taken: true, ...result };
}

async function replace(path: string, text: string): Promise<void> {
  const staged = `${path}.${randomUUID()}.new`;
  const file = await open(staged, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(staged, path);
}

async function readText(path: string): Promise<string> {
  const bytes = await readBounded(path, longestTable);
  if (bytes === undefined) {
    throw new TorporError('BAD_REQUEST', `There is no file ${path}.`, {
      hint: 'Give the path or the address of a signed table.',
    });
  }
  return bytes.toString('utf8');
}
