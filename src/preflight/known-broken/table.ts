import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import builtIn from '../../../assets/preflight/known-broken.json' with { type: 'json' };
import { TorporError, toTorporError } from '../../core/errors.ts';
import { namesIn } from '../../core/library/names-in.ts';
import { readBounded } from '../host/live.ts';
import { additionSchema, type Pair, type Row, type Table, tableSchema } from './schema.ts';
import { firstIssue, longestTable, publicKeyOf, verifyTable } from './signature.ts';

/** What the makers of Torpor sign tables with; see “Keeping the table current” in docs/preflight.md. */
export const releaseKeys: readonly KeyObject[] = [
  publicKeyOf('MCowBQYDK2VwAyEAr1fUb12JerFMWuPYgiR0JjjWlX2mniunYDnNYRy7bRY='),
];

export interface LoadedTable {
  readonly serial: number;
  readonly issued: string;
  readonly origin: 'built-in' | 'update';
  readonly coverage: Table['coverage'];
  readonly pairs: readonly Pair[];
  /** The table's rows and then those of people's own files. */
  readonly rows: readonly Row[];
  /** Files that could not be used, in sentences: a rule that is not read must not pass silently. */
  readonly problems: readonly string[];
}

export interface TablePlaces {
  /** Folder of fetched tables and people's own rows; undefined reads what ships with Torpor alone. */
  readonly folder?: string | undefined;
  /** More folders of rows, such as an administrator’s. */
  readonly alsoFrom?: readonly string[];
  readonly keys?: readonly KeyObject[];
}

/** A fetched table lies here, signed as it came: it is verified again each time it is read. */
export function updatePath(folder: string): string {
  return join(folder, 'known-broken.signed.json');
}

/** People's own rows: every `.json` file in this folder. */
export function additionsPath(folder: string): string {
  return join(folder, 'known-broken.d');
}

export function shippedTable(): Table {
  return tableSchema.parse(builtIn);
}

/**
 * The newest table there is, and the rows people added. A fetched table that is damaged or older
 * than the one that ships is left alone and reported; nothing is thrown for it.
 */
export async function loadTable(places: TablePlaces = {}): Promise<LoadedTable> {
  const shipped = shippedTable();
  const { folder } = places;
  if (folder === undefined) return loaded(shipped, 'built-in', [], []);
  const problems: string[] = [];
  const fetched = await readFetched(folder, places.keys ?? releaseKeys, problems);
  const additions: Row[] = [];
  for (const each of [...(places.alsoFrom ?? []), additionsPath(folder)]) {
    additions.push(...(await readAdditions(each, problems)));
  }
  return fetched !== undefined && fetched.serial > shipped.serial
    ? loaded(fetched, 'update', additions, problems)
    : loaded(shipped, 'built-in', additions, problems);
}

function loaded(
  table: Table,
  origin: LoadedTable['origin'],
  additions: readonly Row[],
  problems: readonly string[],
): LoadedTable {
  const { serial, issued, coverage, pairs, rows } = table;
  return { serial, issued, origin, coverage, pairs, rows: [...rows, ...additions], problems };
}

async function readFetched(
  folder: string,
  keys: readonly KeyObject[],
  problems: string[],
): Promise<Table | undefined> {
  const path = updatePath(folder);
  try {
    const bytes = await readBounded(path, longestTable);
    return bytes === undefined ? undefined : verifyTable(bytes.toString('utf8'), keys);
  } catch (error) {
    problems.push(
      `The fetched table ${path} is not used (${toTorporError(error).message}) Fetch it again.`,
    );
    return undefined;
  }
}

async function readAdditions(folder: string, problems: string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of await jsonFiles(folder)) {
    const path = join(folder, name);
    try {
      rows.push(...parseAddition(await readFile(path, 'utf8')));
    } catch (error) {
      problems.push(`Your rules in ${path} are not used: ${toTorporError(error).message}`);
    }
  }
  return rows;
}

async function jsonFiles(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => name.endsWith('.json')).sort();
}

function parseAddition(text: string): readonly Row[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TorporError('CONFIG_INVALID', 'the file is not JSON.', { cause });
  }
  const parsed = additionSchema.safeParse(value);
  if (!parsed.success) throw new TorporError('CONFIG_INVALID', `${firstIssue(parsed.error)}.`);
  return parsed.data.rows;
}
