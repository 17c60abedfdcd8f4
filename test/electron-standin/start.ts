import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What this run of the stand-in was started with. */
export interface Start {
  readonly appPath: string;
  readonly package: { readonly name: string; readonly version: string; readonly main: string };
  readonly switches: Map<string, string>;
  /** Playwright holds `ready` back until it is attached. */
  readonly held: boolean;
}

/**
 * Kept on the process, not in this module: under vitest the stand-in is loaded once by Node and
 * perhaps once more by vite, and both must be the same app.
 */
declare global {
  var electronStandinStart: Start | undefined;
}

export function begin(start: Start): void {
  globalThis.electronStandinStart = start;
}

/** This run; without `begin`, as in a unit test, the folder one is in. */
export function started(): Start {
  globalThis.electronStandinStart ??= {
    appPath: process.cwd(),
    package: readPackage(process.cwd()),
    switches: new Map(),
    held: false,
  };
  return globalThis.electronStandinStart;
}

/** Electron takes `productName` before `name`. */
export function readPackage(folder: string): Start['package'] {
  const read: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const fields = new Map<string, unknown>(Object.entries(read ?? {}));
  const text = (name: string, otherwise: string) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : otherwise;
  };
  return {
    name: text('productName', text('name', 'app')),
    version: text('version', '0.0.0'),
    main: text('main', 'index.js'),
  };
}

/** Windows on the desktop, for use by hand. */
export const isHeaded = process.env.ELECTRON_STANDIN_HEADED !== undefined;
