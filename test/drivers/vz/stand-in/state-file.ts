import { open, readFile } from 'node:fs/promises';
import type { MachineDescription } from '../../../../src/drivers/vz/native-interface.ts';
import { nativeError, restoreRefused, vzFailure } from './failures.ts';
import type { GuestImage } from './guest.ts';
import type { Mac } from './mac.ts';
import { shapeOf } from './rules.ts';

interface Contents {
  readonly macId: string;
  readonly userId: number;
  readonly osBuild: string;
  readonly shape: string;
  readonly guest: GuestImage;
}

const chunks = 8;
const chunkBytes = 4096;

/** Writes a state in steps, as the framework does, so that the file is seen to grow. */
export async function writeState(
  mac: Mac,
  path: string,
  description: MachineDescription,
  guest: GuestImage,
  between: () => Promise<void>,
): Promise<void> {
  const contents: Contents = {
    macId: mac.id,
    userId: mac.userId,
    osBuild: mac.facts.osBuild,
    shape: shapeOf(description),
    guest,
  };
  const file = await open(path, 'w', 0o644);
  try {
    await file.write(`${JSON.stringify(contents)}\n`);
    for (let chunk = 0; chunk < chunks; chunk++) {
      await file.write(Buffer.alloc(chunkBytes, chunk));
      await between();
    }
  } finally {
    await file.close();
  }
}

/** The guest in a state that was written on this Mac, by this user, for this machine. All else is code 12. */
export async function readState(
  mac: Mac,
  path: string,
  description: MachineDescription,
): Promise<GuestImage> {
  const contents = parse(await readFile(path, 'utf8'));
  if (contents.macId !== mac.id || contents.userId !== mac.userId) {
    throw nativeError(restoreRefused('permission denied'));
  }
  if (contents.shape !== shapeOf(description) || contents.osBuild !== mac.facts.osBuild) {
    throw nativeError(restoreRefused('invalid argument'));
  }
  return contents.guest;
}

function parse(text: string): Contents {
  try {
    return JSON.parse(text.slice(0, text.indexOf('\n')));
  } catch {
    throw nativeError(vzFailure(12, 'The save file could not be read.'));
  }
}
