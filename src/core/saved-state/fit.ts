import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineConfig } from '../config.ts';
import { errnoOf, TorporError } from '../errors.ts';
import type { Bundle } from '../library/bundle.ts';
import { resolveInBundle } from '../library/bundle.ts';
import { digestFile, fingerprintFile } from './fingerprint.ts';
import { canonical, type Fingerprint, type Manifest } from './manifest.ts';

/** One way in which the machine is no longer what a saved state was made for. */
export interface Difference {
  /** A field of the configuration (`memoryMiB`) or a file (`disk vda`). */
  readonly what: string;
  readonly saved: string;
  readonly now: string;
}

export interface HostIdentity {
  readonly id: string;
  readonly userId: number;
}

/**
 * Throws unless the saved state that `manifest` records fits the machine as it is now.
 * STATE_DAMAGED names the state's own files that are missing, short or changed; STATE_DOES_NOT_FIT
 * lists every difference between then and now. Reads the state's files but for guest memory whole;
 * a streamed state is digested while it is loaded instead, so its file is only measured here.
 */
export async function assertFits(
  manifest: Manifest,
  bundle: Bundle,
  config: MachineConfig,
  host: HostIdentity,
): Promise<void> {
  await assertWhole(manifest, bundle);
  const differences = [
    ...ownerDifferences(manifest, config, host),
    ...hardwareDifferences(manifest.hardware, config.hardware),
    ...(await diskDifferences(manifest, bundle)),
  ];
  if (differences.length === 0) return;
  throw doesNotFit(config.name, differences);
}

/** The refusal of a state, with the exact differences in its details and the choices in its hint. */
export function doesNotFit(name: string, differences: readonly Difference[]): TorporError {
  const list = differences.map(({ what, saved, now }) => `${what}: ${saved} → ${now}`).join('; ');
  return new TorporError(
    'STATE_DOES_NOT_FIT',
    `The saved state of “${name}” does not fit the machine as it is now (${list}).`,
    {
      hint: 'Put it right, or start cold: the state is then set aside and the guest boots. Nothing was changed.',
      details: { differences },
    },
  );
}

/** Throws STATE_DAMAGED for files of the state that are not as the manifest has them. */
export async function assertWhole(manifest: Manifest, bundle: Bundle): Promise<void> {
  const { compacted } = manifest;
  // What is in it is checked chunk by chunk when it is expanded, which is the first use it can have.
  if (compacted !== undefined) {
    const path = join(bundle.files.state, compacted.name);
    return assertSize(path, await stateFile(path), compacted.bytes);
  }
  for (const file of manifest.files) {
    const path = join(bundle.files.state, file.name);
    assertSize(path, await stateFile(path), file.bytes);
    if (manifest.mode === 'instant' && (await digestFile(path)) !== file.sha256) {
      throw damaged(path, 'its contents have changed');
    }
  }
  const { memory } = manifest;
  if (memory === null) return;
  const path = join(bundle.files.state, memory.name);
  const now = await stateFile(path);
  assertSize(path, now, memory.bytes);
  if (memory.modifiedAt !== null && now.mtimeNs.toString() !== memory.modifiedAt) {
    throw damaged(path, 'something has written to it since');
  }
}

function assertSize(path: string, { size }: { readonly size: bigint }, bytes: number): void {
  if (Number(size) === bytes) return;
  throw damaged(path, `it has ${size} bytes instead of ${bytes}`);
}

async function stateFile(path: string) {
  try {
    const found = await lstat(path, { bigint: true });
    if (!found.isFile()) throw damaged(path, 'it is not a regular file');
    return found;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw damaged(path, 'it is missing');
  }
}

/** A state whose own files are not what was written; `why` completes “because”. */
export function damaged(path: string, why: string): TorporError {
  return new TorporError('STATE_DAMAGED', `The saved state is damaged: ${path}: ${why}.`, {
    hint: 'Start cold to set the state aside and boot, or restore the file from a backup. Nothing was deleted.',
    details: { path, why },
  });
}

function ownerDifferences(
  manifest: Manifest,
  config: MachineConfig,
  host: HostIdentity,
): Difference[] {
  return compareAll([
    ['machine', manifest.machineId, config.id],
    ['driver', manifest.hypervisor.driver, config.driver],
    ['host', manifest.host.id, host.id],
    ['user id', manifest.host.userId, host.userId],
  ]);
}

/** Compares leaf by leaf, so that a person reads `memoryMiB: 512 → 1024` and not two objects. */
export function hardwareDifferences(saved: unknown, now: unknown, path = ''): Difference[] {
  if (isRecord(saved) && isRecord(now)) {
    return [...new Set([...Object.keys(saved), ...Object.keys(now)])].flatMap((key) =>
      hardwareDifferences(saved[key], now[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return compareAll([[path, saved, now]]);
}

async function diskDifferences(manifest: Manifest, bundle: Bundle): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const disk of manifest.disks) {
    const path = resolveInBundle(bundle, disk.path);
    found.push(...(await fileDifferences(`disk ${disk.id}`, path, disk.fingerprint)));
  }
  if (manifest.firmwareVariables !== null) {
    const path = bundle.files.firmwareVariables;
    found.push(...(await fileDifferences('firmware variables', path, manifest.firmwareVariables)));
  }
  return found;
}

async function fileDifferences(what: string, path: string, saved: Fingerprint) {
  let now: Fingerprint;
  try {
    now = await fingerprintFile(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return [{ what, saved: 'present', now: `missing (${path})` }];
  }
  if (now.bytes !== saved.bytes) {
    return [{ what, saved: `${saved.bytes} bytes`, now: `${now.bytes} bytes` }];
  }
  if (now.modifiedAt !== saved.modifiedAt) {
    return [{ what, saved: `written ${when(saved)}`, now: `written ${when(now)}` }];
  }
  return compareAll([[`contents of ${what}`, saved.sample, now.sample]]);
}

function when({ modifiedAt }: Fingerprint): string {
  return new Date(Number(BigInt(modifiedAt) / 1_000_000n)).toISOString();
}

function compareAll(rows: readonly (readonly [string, unknown, unknown])[]): Difference[] {
  return rows
    .filter(([, saved, now]) => canonical(saved ?? null) !== canonical(now ?? null))
    .map(([what, saved, now]) => ({ what, saved: show(saved), now: show(now) }));
}

function show(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : canonical(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
