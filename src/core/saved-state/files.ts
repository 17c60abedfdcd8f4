import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseWith } from '../config.ts';
import { faultPoint } from '../fault-point.ts';
import { flushDirectory, readJson, renameDurably, writeJson } from '../library/atomic-file.ts';
import { type Bundle, exists } from '../library/bundle.ts';
import { namesIn } from '../library/names-in.ts';
import { assertOwnFiles } from '../library/own-files.ts';
import { type Manifest, placeManifest, readManifest } from './manifest.ts';
import { noteConsumed, noteUsed } from './used.ts';

/**
 * The moments in the life of a saved state, each of them one rename in the bundle's state directory:
 *
 *   prepare   an empty state directory for a guest that is about to run
 *   commit    manifest.json appears: the files are a saved state
 *   consume   manifest.json becomes consumed.json: the guest is about to go on
 *   restore   consumed.json becomes manifest.json again: the guest did not go on after all
 *   finish    the files that only the saved state needed are removed
 *   setAside  the whole directory moves to set-aside/, with the reason
 */

/** Whether the bundle holds a saved state. Says nothing of whether it is whole. */
export function hasSavedState(bundle: Bundle): Promise<boolean> {
  return exists(bundle.files.manifest);
}

export function loadManifest(bundle: Bundle): Promise<Manifest> {
  return readManifest(bundle.files.manifest);
}

/**
 * Makes the state directory empty for a guest that boots. A state, or the memory of a guest that
 * ended unexpectedly, is set aside first; returns where it went, undefined when there was none. On
 * failure everything is where it was.
 */
export async function prepare(bundle: Bundle, reason: string): Promise<string | undefined> {
  const leftovers = await namesIn(bundle.files.state);
  const moved = leftovers.length === 0 ? undefined : await setAside(bundle, reason);
  try {
    await faultPoint('prepare.moved');
    await mkdir(bundle.files.state, { recursive: true, mode: 0o700 });
    await faultPoint('prepare.made');
  } catch (error) {
    await putBack(bundle, moved);
    throw error;
  }
  return moved;
}

/**
 * Makes the files in the state directory, which must be flushed, a saved state. It is one from its
 * rename on: when only the flush after it fails there is a state that a power cut may take away.
 */
export async function commit(bundle: Bundle, manifest: Manifest): Promise<void> {
  // First, so that little can fail once the state is there.
  await noteConsumed(bundle);
  await rm(bundle.files.consumed, { force: true });
  await flushDirectory(bundle.files.state);
  await faultPoint('commit.flushed');
  await placeManifest(bundle.files.manifest, manifest);
  await faultPoint('commit.renamed');
  await makeLast(bundle);
  await faultPoint('commit.written');
}

/** For a state whose commit was cut short after its rename: from here on it is there after a power cut too. */
export async function makeLast(bundle: Bundle): Promise<void> {
  await flushDirectory(bundle.files.state);
}

export async function consume(bundle: Bundle): Promise<void> {
  await renameDurably(bundle.files.manifest, bundle.files.consumed);
}

/** Undoes `consume`, also one that failed midway. */
export async function restoreConsumed(bundle: Bundle): Promise<void> {
  // An older consumed.json may be there; it must not replace a manifest that was not consumed.
  if (await hasSavedState(bundle)) return;
  await renameDurably(bundle.files.consumed, bundle.files.manifest);
}

/** Removes what a guest that runs again has no use for. The memory file stays: it is in use. */
export async function finish(bundle: Bundle, manifest: Manifest): Promise<void> {
  await faultPoint('finish.begun');
  for (const file of manifest.files) await rm(join(bundle.files.state, file.name), { force: true });
  await rm(bundle.files.digests, { force: true });
  await faultPoint('finish.removed');
  await noteUsed(bundle, manifest.id);
  await rm(bundle.files.consumed, { force: true });
}

/**
 * Removes the state directory: of a guest that shut down by itself, whose memory is worth nothing, or
 * with a saved state that a person discards. The manifest goes first, so that a crash midway does
 * not leave a saved state that lacks files.
 */
export async function clear(bundle: Bundle): Promise<void> {
  await assertOwnFiles(bundle);
  if (await hasSavedState(bundle)) {
    await rm(bundle.files.manifest, { force: true });
    // Or a power cut could bring it back beside disks that a later guest has written to.
    await flushDirectory(bundle.files.state);
  }
  await rm(bundle.files.state, { recursive: true, force: true });
}

/** Undoes `prepare` for a guest that did not start: what was set aside, at `moved`, is the state again. */
export async function putBack(bundle: Bundle, moved: string | undefined): Promise<void> {
  await clear(bundle);
  if (moved === undefined) return;
  await renameDurably(moved, bundle.files.state);
  await rm(join(bundle.files.state, recordName), { force: true });
}

const recordName = 'set-aside.json';

const setAsideRecord = z.strictObject({
  at: z.iso.datetime(),
  reason: z.string(),
});

export type SetAside = z.infer<typeof setAsideRecord> & { readonly path: string };

/**
 * Moves the state directory to set-aside/, where nothing uses it and nothing deletes it. The record
 * of why is written before, so that one rename moves both or neither.
 */
export async function setAside(bundle: Bundle, reason: string): Promise<string> {
  const at = new Date().toISOString();
  const name = `${at.replaceAll(/[:.]/g, '-')}-${randomUUID().slice(0, 4)}`;
  const target = join(bundle.files.setAside, name);
  const record = join(bundle.files.state, recordName);
  await writeJson(record, { at, reason });
  try {
    await faultPoint('prepare.recorded');
    await mkdir(bundle.files.setAside, { recursive: true, mode: 0o700 });
    await renameDurably(bundle.files.state, target);
  } catch (error) {
    await rm(record, { force: true });
    throw error;
  }
  return target;
}

/** The states that were set aside, oldest first. One without a readable record is listed too. */
export async function listSetAside(bundle: Bundle): Promise<SetAside[]> {
  const names = (await namesIn(bundle.files.setAside)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(bundle.files.setAside, name);
      const record = await readSetAside(path);
      return { path, ...record };
    }),
  );
}

async function readSetAside(path: string): Promise<z.infer<typeof setAsideRecord>> {
  try {
    return parseWith(setAsideRecord, await readJson(join(path, recordName)), path);
  } catch (error) {
    const reason = `no record of why (${error instanceof Error ? error.message : String(error)})`;
    return { at: new Date(0).toISOString(), reason };
  }
}
