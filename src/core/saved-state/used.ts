import { z } from 'zod';
import { parseWith } from '../config.ts';
import { errnoOf, TorporError } from '../errors.ts';
import { readJson, writeJson } from '../library/atomic-file.ts';
import type { Bundle } from '../library/bundle.ts';
import type { Manifest } from './manifest.ts';

/**
 * The generation mark: which saved states a guest has gone on from. Its memory file is then another
 * one, whatever its size and time say: a manifest that comes back, from a backup or by hand, would have
 * the hypervisor resume twice from the same files, which it accepts in silence. The record lies beside
 * the memory file, so a backup of the whole state directory brings both back as they belong together.
 */
const record = z.strictObject({ formatVersion: z.literal(1), ids: z.array(z.uuid()).max(1000) });

const kept = 200;

/** Notes that the guest went on from the state with this id. It runs already, so this costs it nothing. */
export async function noteUsed({ files }: Bundle, id: string): Promise<void> {
  const ids = [...(await usedIds(files.used)).filter((one) => one !== id), id];
  await writeJson(files.used, { formatVersion: 1, ids: ids.slice(-kept) });
}

/** The same for a state whose resume was cut short before that could be noted; its record is still there. */
export async function noteConsumed(bundle: Bundle): Promise<void> {
  const id = await idIn(bundle.files.consumed);
  if (id !== undefined) await noteUsed(bundle, id);
}

/** Throws STATE_DAMAGED when the guest has gone on from this state before. */
export async function assertUnused({ files }: Bundle, manifest: Manifest): Promise<void> {
  const consumed = await idIn(files.consumed);
  if (consumed !== manifest.id && !(await usedIds(files.used)).includes(manifest.id)) return;
  throw new TorporError(
    'STATE_DAMAGED',
    'The guest has gone on from this saved state before, and its memory has changed since.',
    {
      hint: 'Start cold to set the state aside and boot, or restore the whole folder “state”, with the disks, from one backup. Nothing was deleted.',
      details: { path: files.manifest, createdAt: manifest.createdAt },
    },
  );
}

async function usedIds(path: string): Promise<readonly string[]> {
  try {
    return parseWith(record, await readJson(path), path).ids;
  } catch (error) {
    if (isNoRecord(error)) return [];
    throw error;
  }
}

/** The id of a manifest that was consumed; its seal does not matter here. */
async function idIn(path: string): Promise<string | undefined> {
  try {
    return z.object({ id: z.uuid() }).safeParse(await readJson(path)).data?.id;
  } catch (error) {
    if (isNoRecord(error)) return undefined;
    throw error;
  }
}

/** Absent, or damaged: it says less then, and the size and the time of the memory file still speak. */
function isNoRecord(error: unknown): boolean {
  return (
    errnoOf(error) === 'ENOENT' ||
    error instanceof SyntaxError ||
    (error instanceof TorporError && error.code === 'CONFIG_INVALID')
  );
}
