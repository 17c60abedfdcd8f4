import { access } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { type MachineConfig, parseConfig } from '../config.ts';
import { errnoOf, TorporError, toTorporError } from '../errors.ts';
import { readJson, writeJson } from './atomic-file.ts';
import { type BundleLayout, bundleLayout } from './layout.ts';

/** A machine's folder, seen as a value: its path and the names of what is in it. */
export interface Bundle {
  readonly path: string;
  readonly files: BundleLayout;
}

export function bundleAt(path: string): Bundle {
  return { path, files: bundleLayout(path) };
}

/**
 * The configuration of `bundle`. Throws MACHINE_BROKEN when there is none or it cannot be read,
 * CONFIG_INVALID or CONFIG_TOO_NEW when its contents are refused.
 */
export async function readConfig(bundle: Bundle): Promise<MachineConfig> {
  let value: unknown;
  try {
    value = await readJson(bundle.files.config);
  } catch (error) {
    throw brokenBundle(bundle, error);
  }
  return parseConfig(value, bundle.files.config);
}

/** Replaces the configuration of `bundle`, whole or not at all; validates it first. */
export async function writeConfig(bundle: Bundle, config: MachineConfig): Promise<void> {
  await writeJson(bundle.files.config, parseConfig(config, 'The configuration'));
}

/** Where a path of the configuration lies: inside the bundle, unless it is absolute. */
export function resolveInBundle(bundle: Bundle, path: string): string {
  return isAbsolute(path) ? path : join(bundle.path, path);
}

/** How the configuration names `path`: relative when it lies inside the bundle. */
export function pathForConfig(bundle: Bundle, path: string): string {
  const inside = relative(bundle.path, path);
  const isOutside = inside === '..' || inside.startsWith('../') || isAbsolute(inside);
  return isOutside ? path : inside;
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

function brokenBundle(bundle: Bundle, error: unknown): TorporError {
  const options = { cause: error, details: { path: bundle.files.config } };
  const errno = errnoOf(error);
  if (errno === 'ENOENT') {
    return new TorporError('MACHINE_BROKEN', 'The machine’s configuration is missing.', {
      ...options,
      hint: 'Restore machine.json from a backup, or delete the machine.',
    });
  }
  if (errno === 'ELOOP') {
    return new TorporError('MACHINE_BROKEN', 'The machine’s configuration is a symbolic link.', {
      ...options,
      hint: 'Put the file itself in its place: a link could lead to another machine’s.',
    });
  }
  if (error instanceof SyntaxError || isRefused(error)) {
    return new TorporError('MACHINE_BROKEN', 'The machine’s configuration cannot be read.', {
      ...options,
      hint: 'Repair machine.json or restore it from a backup; the disks were not touched.',
    });
  }
  return toTorporError(error);
}

/** What readJson refuses before it reads. */
function isRefused(error: unknown): boolean {
  return error instanceof TorporError && error.code === 'CONFIG_INVALID';
}
