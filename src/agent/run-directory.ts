import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { TorporError } from '../core/errors.ts';
import { makePrivate } from '../core/library/private.ts';
import { currentUserId } from './identity.ts';
import { canonicalPath, type Surroundings, surroundings } from './paths.ts';

/**
 * Where sockets live, apart from the library: a library's path may be too long for a socket, and its
 * volume may not hold sockets at all. Everything here is gone after a reboot.
 *
 *   BASE/                    only this user's: $XDG_RUNTIME_DIR/torpor, else /tmp/torpor-UID
 *     LIBRARY/               8 characters that stand for the library's path
 *       control.sock         the agent's control socket
 *       MACHINE/             12 characters of the machine's id; the driver's sockets, and attach.sock
 */

/** sun_path holds 104 bytes on macOS and 108 on Linux, with the zero that ends it. */
const maxSocketPathBytes = 103;

/** No socket in a machine's directory may have a longer name. */
const longestSocketName = 'x'.repeat('hypervisor.sock'.length);

/**
 * The directory for this user's sockets; not created yet. $XDG_RUNTIME_DIR counts when it is this
 * user's: after `su` it may still name another one's.
 */
export async function runBase(around: Surroundings = surroundings()): Promise<string> {
  if (around.platform === 'darwin') return join(tmpdir(), 'torpor');
  const runtime = around.environment.XDG_RUNTIME_DIR;
  if (runtime !== undefined && isAbsolute(runtime) && (await isOurDirectory(runtime))) {
    return join(runtime, 'torpor');
  }
  return `/tmp/torpor-${currentUserId()}`;
}

async function isOurDirectory(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.isDirectory() && found.uid === currentUserId();
  } catch {
    // Not there, or not to be entered: then it is of no use, whatever the reason.
    return false;
  }
}

/**
 * Makes the run directory of `library` and returns it. Throws PERMISSION_DENIED when something at
 * one of the paths is not a directory of this user's alone (another user could have put it there to
 * read along), PATH_TOO_LONG when its sockets could not be opened.
 */
export async function openRunDirectory(base: string, library: string): Promise<string> {
  const hash = createHash('sha256').update(await canonicalPath(library));
  const directory = join(base, hash.digest('hex').slice(0, 8));
  assertSocketsFit(machineRunDirectory(directory, '0'.repeat(36)));
  await makePrivate(base);
  await makePrivate(directory);
  return directory;
}

/** The directory for the sockets of the machine with this id; not created yet. */
export function machineRunDirectory(runDirectory: string, machineId: string): string {
  return join(runDirectory, machineId.replaceAll('-', '').slice(0, 12));
}

function assertSocketsFit(machineDirectory: string): void {
  const longest = join(machineDirectory, longestSocketName);
  const bytes = Buffer.byteLength(longest);
  if (bytes <= maxSocketPathBytes) return;
  throw new TorporError(
    'PATH_TOO_LONG',
    `The directory for sockets has too long a path: ${machineDirectory}.`,
    {
      hint: 'Set XDG_RUNTIME_DIR (on macOS: TMPDIR) to a shorter path.',
      details: { bytes, limit: maxSocketPathBytes, path: longest },
    },
  );
}
