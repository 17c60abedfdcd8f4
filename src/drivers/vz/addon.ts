/**
 * The Apple part of the native addon: the only import of its `.node` file. It exists on macOS alone,
 * so it is loaded when it is first needed.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../../core/errors.ts';
import { nativeNames, type VzNative } from './native-interface.ts';

/** Two folders up when all of Torpor is bundled into dist/main, three from this file's own place. */
const builtAddons = ['../../', '../../../'].map((root) =>
  fileURLToPath(new URL(`${root}native/build/Release/torpor_vz.node`, import.meta.url)),
);

/** The native part, or why there is none here. Node keeps it, so later calls cost nothing. */
export function loadVz(
  paths: readonly string[] = builtAddons,
  platform: string = process.platform,
): VzNative | Problem {
  if (platform !== 'darwin') {
    return {
      code: 'HYPERVISOR_UNAVAILABLE',
      message: 'Apple’s Virtualization framework is a part of macOS.',
      hint: 'Use QEMU here.',
    };
  }
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) return notBuilt('The part of Torpor for macOS is not built.');
  try {
    const addon: unknown = createRequire(import.meta.url)(path);
    return isVzNative(addon) ? addon : notBuilt('The part of Torpor for macOS is out of date.');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return notBuilt(`The part of Torpor for macOS cannot be loaded: ${why}`);
  }
}

function isVzNative(value: unknown): value is VzNative {
  if (typeof value !== 'object' || value === null) return false;
  const functions = new Map<string, unknown>(Object.entries(value));
  return nativeNames.every((name) => typeof functions.get(name) === 'function');
}

function notBuilt(message: string): Problem {
  return { code: 'HYPERVISOR_UNAVAILABLE', message, hint: 'Run `npm run build:native`.' };
}
