import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/library/atomic-file.ts';
import {
  type Accelerator,
  type AcceleratorChoice,
  chooseAccelerator,
  readAcceleratorFacts,
} from './accelerator.ts';
import { type GuestArchitecture, hostArchitecture } from './architecture.ts';
import { parseFacts, probeKey, type QemuFacts, serializeFacts } from './facts.ts';
import { locateQemu, type QemuPaths } from './locate.ts';
import { probeQemu } from './probe.ts';

export interface QemuSettings {
  /** QEMU's program or its folder; undefined to search for it. */
  readonly configuredPath?: string | undefined;
  readonly accelerator?: Accelerator | undefined;
  /** Where answers of QEMU are kept between starts of Torpor. */
  readonly cacheDirectory: string;
}

/** The QEMU of this computer, what it can do, and how guests run under it. */
export interface Installation {
  readonly paths: QemuPaths;
  readonly facts: QemuFacts;
  readonly choice: AcceleratorChoice;
}

/**
 * Finds QEMU and asks it what it can do, once for each program: the answer is kept in a file. Throws
 * HYPERVISOR_UNAVAILABLE with the command that installs it, or why the one that is there will not do.
 */
export async function findInstallation(
  settings: QemuSettings,
  architecture: GuestArchitecture,
): Promise<Installation> {
  const { configuredPath, cacheDirectory } = settings;
  const { env, platform } = process;
  const paths = await locateQemu({ configuredPath, env, platform, architecture });
  const facts = await cachedFacts(paths.system, architecture, cacheDirectory);
  const found = await readAcceleratorFacts({
    platform,
    host: hostArchitecture(),
    guest: architecture,
    compiledIn: facts.accelerators,
  });
  return { paths, facts, choice: chooseAccelerator(found, settings.accelerator) };
}

export function versionText({ version }: QemuFacts): string {
  return `${version.major}.${version.minor}.${version.micro}`;
}

async function cachedFacts(
  program: string,
  architecture: GuestArchitecture,
  directory: string,
): Promise<QemuFacts> {
  const path = join(directory, `qemu-${architecture}.json`);
  const key = await probeKey(program);
  const kept = parseFacts(await readOrEmpty(path), key);
  if (kept !== undefined) return kept;
  const facts = await probeQemu(program, architecture);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, serializeFacts(key, facts));
  return facts;
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}
