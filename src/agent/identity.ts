import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { errnoOf, TorporError } from '../core/errors.ts';
import type { HostIdentity } from '../core/saved-state/fit.ts';

/**
 * Which computer and which user this is, for the manifest of a saved state. The computer's own
 * identifier never leaves it: it is hashed with Torpor's name, as machine-id(5) asks of programs.
 */
export async function hostIdentity(): Promise<HostIdentity> {
  const name = process.platform === 'darwin' ? await platformUuid() : await machineId();
  const id = createHash('sha256').update(`torpor:${name}`).digest('hex').slice(0, 32);
  return { id, userId: currentUserId() };
}

/** Throws INTERNAL where there are no user ids; Torpor runs on macOS and Linux. */
export function currentUserId(): number {
  const id = process.getuid?.();
  if (id === undefined) throw new TorporError('INTERNAL', 'This system has no user ids.');
  return id;
}

/** Containers often have no machine id, or an empty one; their host name is the next best thing. */
async function machineId(): Promise<string> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const id = await readIfThere(path);
    if (id !== '') return id;
  }
  return `host name ${hostname()}`;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

async function platformUuid(): Promise<string> {
  const { stdout } = await promisify(execFile)('/usr/sbin/ioreg', [
    '-rd1',
    '-c',
    'IOPlatformExpertDevice',
  ]);
  const uuid = /"IOPlatformUUID" = "([0-9A-Fa-f-]{36})"/.exec(stdout)?.[1];
  if (uuid === undefined) {
    throw new TorporError('INTERNAL', 'ioreg did not tell the identifier of this Mac.');
  }
  return uuid;
}
