import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { parseWith } from '../../core/config.ts';
import { errnoOf } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { readJson, writeJson } from '../../core/library/atomic-file.ts';
import { acceleratorNames } from './accelerator.ts';

/**
 * How the next agent finds a running QEMU again. It is a memo, not a proof: the proof is the lock
 * that QEMU itself holds on its pid file for as long as it lives.
 */
const processRecord = z.strictObject({
  pid: z.int().positive(),
  pidFile: z.string(),
  /** Of the bundle's folder: a copy of a running machine's bundle has another, and no claim to the guest. */
  bundleInode: z.string(),
  startedAt: z.iso.datetime(),
  version: z.string(),
  machineType: z.string(),
  accelerator: z.enum(acceleratorNames),
  cpuModel: z.string(),
  cpuFeatures: z.array(z.string()),
  memory: z.enum(['file', 'anonymous']),
  /** A person paused it; a paused guest without this waits for a step that died with its agent. */
  pausedByPerson: z.boolean(),
});

export type ProcessRecord = z.infer<typeof processRecord>;

/** The record at `path`, or undefined when there is none: nothing should be running. */
export async function readProcessRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    return parseWith(processRecord, await readJson(path), path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeProcessRecord(path: string, record: ProcessRecord): Promise<void> {
  await writeJson(path, record);
}

export async function removeProcessRecord(path: string): Promise<void> {
  await rm(path, { force: true });
}

/**
 * Whether the QEMU that wrote `pidFile` lives: it holds a lock on the file until it dies. QEMU's lock
 * belongs to a file description on Linux, for which the kernel names no process (EBUSY here).
 */
export function holdsPidFile(host: Host, pidFile: string): boolean {
  try {
    return host.lockHolder(pidFile) !== undefined;
  } catch (error) {
    if (errnoOf(error) === 'EBUSY') return true;
    // Its directory is not there, so it is not either.
    if (errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
