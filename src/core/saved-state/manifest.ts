import { createHash } from 'node:crypto';
import { z } from 'zod';
import { assertKnownFormat, driverIds, parseWith, stateModes } from '../config.ts';
import { TorporError } from '../errors.ts';
import { placeJson, readJson, writeJson } from '../library/atomic-file.ts';

/**
 * The record that makes a saved state one: it is written last, and it says what the state fits.
 * No manifest, no saved state; a manifest that does not match the files or the machine is refused.
 */
export const manifestFormatVersion = 1;
/** Of a state in its compacted form, which a Torpor that only knows the other has to refuse. */
export const compactedFormatVersion = 2;

export const saveReasons = ['user', 'quit', 'shutdown', 'sleep', 'idle', 'battery'] as const;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const bytes = z.int().min(0);

/** Nanoseconds since 1970 as a decimal string: JSON numbers cannot hold them. */
const nanoseconds = z.string().regex(/^\d{1,20}$/);

const savedFile = z.strictObject({
  /** A name inside the state directory. */
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
  bytes,
  sha256: digest,
});

/** A guest-memory file that stays in place; too large to digest at every suspension. */
const memoryFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
  bytes,
  /** Bytes of it that hold data. */
  dataBytes: bytes,
  inode: z.string().regex(/^\d+$/),
  /** Null while Torpor itself prepares the file for a resume, when times say nothing. */
  modifiedAt: nanoseconds.nullable(),
  /** What the guest wrote last, which it will want first; absent where the kernel cannot tell. */
  recent: z
    .array(z.strictObject({ start: bytes, end: bytes }))
    .max(1024)
    .exactOptional(),
});

const fingerprint = z.strictObject({
  bytes,
  modifiedAt: nanoseconds,
  /** sha256 over blocks spread through the file; see fingerprint.ts. */
  sample: digest,
});

const savedFiles = z.strictObject({
  mode: z.enum(stateModes),
  files: z.array(savedFile).min(1).max(16),
  memory: memoryFile.nullable(),
  hypervisor: z.strictObject({
    driver: z.enum(driverIds),
    version: z.string().max(200),
    machineType: z.string().max(200),
    accelerator: z.string().max(50),
    cpuModel: z.string().max(200),
    /** What the guest's CPU can do, sorted; empty where the hypervisor cannot say. */
    cpuFeatures: z.array(z.string().max(100)).max(4096),
  }),
});

/** The one file that holds everything of a compacted state; see src/core/cold-storage. */
const compacted = z.strictObject({
  name: z.literal('compacted.state'),
  bytes,
  sha256: digest,
  /** The digest of what it holds, chunk by chunk. */
  contents: digest,
  /** The key that it is encrypted with; null when it is not. */
  keyId: z.string().max(100).nullable(),
});

const contents = savedFiles.extend({
  formatVersion: z.literal([manifestFormatVersion, compactedFormatVersion]),
  id: z.uuid(),
  machineId: z.uuid(),
  createdAt: z.iso.datetime(),
  torporVersion: z.string().max(50),
  reason: z.enum(saveReasons),
  /** The guest was paused when it was saved, so nobody expects it back by itself. */
  wasPaused: z.boolean(),
  host: z.strictObject({ id: z.string().max(200), userId: z.int() }),
  /** The machine's hardware at the instant of saving, as in its configuration. */
  hardware: z.record(z.string(), z.unknown()),
  disks: z
    .array(z.strictObject({ id: z.string().max(100), path: z.string(), fingerprint }))
    .max(32),
  firmwareVariables: fingerprint.nullable(),
  /** There exactly when the state is compacted; its files and memory are then in that one file. */
  compacted: compacted.exactOptional(),
});

const sealed = contents.extend({ seal: digest });

export type SaveReason = (typeof saveReasons)[number];
export type SavedFile = z.infer<typeof savedFile>;
export type MemoryFile = z.infer<typeof memoryFile>;
export type Fingerprint = z.infer<typeof fingerprint>;
/** What a driver reports of the files that it wrote into the state directory. */
export type SavedFiles = z.infer<typeof savedFiles>;
export type Manifest = z.infer<typeof contents>;
export type Compacted = z.infer<typeof compacted>;

/**
 * The manifest at `path`. Throws STATE_DAMAGED when it cannot be read, is not valid or its seal does
 * not match (a flipped bit, a hand edit), CONFIG_TOO_NEW when a later Torpor wrote it.
 */
export async function readManifest(path: string): Promise<Manifest> {
  let value: unknown;
  try {
    value = await readJson(path);
    assertKnownFormat(value, compactedFormatVersion, 'The saved state');
    const { seal, ...manifest } = parseWith(sealed, value, 'The saved state’s manifest');
    if (seal !== sealOf(manifest)) throw new Error('the seal does not match the contents');
    const isCompacted = manifest.formatVersion === compactedFormatVersion;
    if (isCompacted !== (manifest.compacted !== undefined)) throw new Error('it is of two forms');
    return manifest;
  } catch (error) {
    if (error instanceof TorporError && error.code === 'CONFIG_TOO_NEW') throw error;
    throw new TorporError('STATE_DAMAGED', 'The record of the saved state is damaged.', {
      hint: 'Its files were kept. Start cold to set the state aside and boot, or restore the bundle from a backup.',
      details: { path, reason: error instanceof Error ? error.message : String(error) },
      cause: error,
    });
  }
}

/** Writes `manifest` and its seal to `path`, complete and flushed or not at all. */
export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await writeJson(path, sealedOf(manifest));
}

/** The same, and the name lasts only when the directory of `path` has been flushed. */
export async function placeManifest(path: string, manifest: Manifest): Promise<void> {
  await placeJson(path, sealedOf(manifest));
}

/** The bytes that the saved state takes: its files and what its memory file holds. */
export function stateBytes(manifest: Manifest): number {
  return manifest.compacted?.bytes ?? plainBytes(manifest);
}

/** The bytes that it takes, or would take, in the form that a guest goes on from. */
export function plainBytes(manifest: Manifest): number {
  const files = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return files + (manifest.memory?.dataBytes ?? 0);
}

function sealedOf(manifest: Manifest): z.infer<typeof sealed> {
  return { ...contents.parse(manifest), seal: sealOf(manifest) };
}

function sealOf(manifest: Manifest): string {
  return createHash('sha256').update(canonical(manifest)).digest('hex');
}

/** JSON with sorted keys, so that equal contents have one text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
