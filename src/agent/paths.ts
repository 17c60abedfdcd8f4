import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { errnoOf } from '../core/errors.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** This process's environment, platform and home. */
export function surroundings(): Surroundings {
  return { environment: process.env, platform: process.platform, home: homedir() };
}

/**
 * Where the library is unless a person names another: TORPOR_LIBRARY, else Application Support on
 * macOS and the XDG data folder elsewhere. A relative XDG_DATA_HOME is ignored, as the XDG Base
 * Directory Specification asks.
 */
export function defaultLibrary({ environment, platform, home } = surroundings()): string {
  const named = environment.TORPOR_LIBRARY;
  if (named !== undefined && named !== '') return resolve(named);
  if (platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'Torpor', 'Library');
  }
  const data = environment.XDG_DATA_HOME;
  const base = data !== undefined && isAbsolute(data) ? data : join(home, '.local', 'share');
  return join(base, 'torpor', 'library');
}

/**
 * The library that commands use unless one is named: TORPOR_LIBRARY, else the one that a person chose in
 * the app's settings, else the usual place. Settings that cannot be read name none: the app says so when
 * it starts, and keeps them (docs/decisions/0011-the-library-of-commands.md).
 */
export function chosenLibrary(place = surroundings()): string {
  const named = place.environment.TORPOR_LIBRARY;
  return (named ? undefined : libraryInSettings(place)) ?? defaultLibrary(place);
}

/** The app's settings, where Electron keeps what belongs to an app called Torpor. */
export function settingsFile({ environment, platform, home } = surroundings()): string {
  const config = environment.XDG_CONFIG_HOME;
  const base =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : config !== undefined && isAbsolute(config)
        ? config
        : join(home, '.config');
  return join(base, 'Torpor', 'settings.json');
}

function libraryInSettings(place: Surroundings): string | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(settingsFile(place), 'utf8'));
    const library = typeof found === 'object' && found && 'library' in found && found.library;
    return typeof library === 'string' && isAbsolute(library) ? library : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One spelling for one folder, whatever symbolic links lead to it: that of the deepest folder that
 * exists, and the rest as it is named.
 */
export async function canonicalPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = dirname(absolute);
    const isAbsent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    if (!isAbsent || parent === absolute) throw error;
    return join(await canonicalPath(parent), basename(absolute));
  }
}
