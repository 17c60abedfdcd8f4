import { existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import Store, { type Options } from 'electron-store';
import { torporVersion } from '../../agent/version.ts';
import type { Settings, SettingsChanges } from '../../contract/settings.ts';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { defaults, type Stored, schema } from './schema.ts';

export interface SettingsStore {
  get(): Settings;
  /** Throws BAD_REQUEST for a setting that there is not or a value that it cannot have; nothing changes then. */
  set(changes: SettingsChanges): Settings;
  /** Where a file that could not be read was kept; null when all was well. */
  readonly keptAside: string | null;
}

export interface SettingsPlace {
  readonly folder: string;
  readonly defaultLibrary: string;
  readonly now?: () => Date;
  readonly history?: SettingsHistory;
}

/** How settings came to be spelled as they are now. */
export interface SettingsHistory {
  /** The version of this app. */
  readonly version: string;
  /** By the version that began to spell them so; each runs once on a file of an earlier one, in order. */
  readonly migrations: NonNullable<Options<Stored>['migrations']>;
}

const name = 'settings';

/** Nothing has been spelled otherwise yet. */
const untilNow: SettingsHistory = { version: torporVersion, migrations: {} };

/**
 * The settings in `folder`/settings.json. A file that cannot be read, holds what settings cannot be, or
 * cannot be migrated is renamed with the date and never overwritten; all settings are then as in the
 * beginning.
 */
export function openSettings({
  folder,
  defaultLibrary,
  now = () => new Date(),
  history = untilNow,
}: SettingsPlace): SettingsStore {
  const { store, keptAside } = openOrKeepAside(folder, now, history);
  const get = (): Settings => {
    const stored = store.store;
    return { ...stored, library: stored.library ?? defaultLibrary };
  };
  return {
    keptAside,
    get,
    set(changes) {
      const unknown = Object.keys(changes).find((key) => !Object.hasOwn(defaults, key));
      if (unknown !== undefined) {
        throw new TorporError('BAD_REQUEST', `There is no setting named ${unknown}.`);
      }
      try {
        store.set({ ...store.store, ...changes });
      } catch (cause) {
        const { code, message } = toTorporError(cause);
        if (code !== 'INTERNAL') throw cause;
        throw new TorporError('BAD_REQUEST', `The settings cannot be so: ${message}`, { cause });
      }
      return get();
    },
  };
}

function openOrKeepAside(
  folder: string,
  now: () => Date,
  history: SettingsHistory,
): { readonly store: Store<Stored>; readonly keptAside: string | null } {
  const file = path.join(folder, `${name}.json`);
  try {
    assertHoldsObject(file);
    return { store: open(folder, history), keptAside: null };
  } catch (error) {
    // Only a file that is there can be at fault; a folder that cannot be written is another matter.
    if (!existsSync(file) || toTorporError(error).code !== 'INTERNAL') throw error;
    const date = now().toISOString().replaceAll(':', '-').slice(0, 19);
    const keptAside = path.join(folder, `${name}.damaged-${date}.json`);
    renameSync(file, keptAside);
    return { store: open(folder, history), keptAside };
  }
}

/** conf would take any other JSON value for an empty file, and write over it. */
function assertHoldsObject(file: string): void {
  if (!existsSync(file)) return;
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('The settings are no object.');
  }
}

function open(folder: string, { version, migrations }: SettingsHistory): Store<Stored> {
  return new Store<Stored>({
    cwd: folder,
    name,
    defaults,
    schema,
    // A schema of ours is no news; compiling the schema of schemas takes a third of the app's start.
    ajvOptions: { validateSchema: false },
    projectVersion: version,
    migrations,
    // conf's own answer to a damaged file is to overwrite it.
    clearInvalidConfig: false,
  });
}
