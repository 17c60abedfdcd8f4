import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { type Accelerator, acceleratorNames } from './accelerator.ts';
import { architectures, type GuestArchitecture } from './architecture.ts';
import type { QemuFacts } from './facts.ts';
import { openQmp, type QmpClient } from './qmp/client.ts';
import type { QmpVersion } from './qmp/messages.ts';
import type { Limits } from './qmp/pending.ts';

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the start of QEMU until its greeting; 20 s by default, for cold disks. */
  readonly timeoutMs?: number | undefined;
}

const oldest = { major: 7, minor: 2 };

/**
 * Starts QEMU once without a machine, asks, and ends it: 0.1 to 0.4 s, so keep the answer (see
 * `serializeFacts`). Leaves no process behind, also when it fails. Throws HYPERVISOR_UNAVAILABLE
 * when QEMU does not start, is older than 7.2 or has no pinned machine type; CANCELLED on abort.
 */
export async function probeQemu(
  path: string,
  architecture: GuestArchitecture,
  { signal, timeoutMs = 20_000 }: ProbeOptions = {},
): Promise<QemuFacts> {
  const child = spawn(path, [
    // QEMU wants some accelerator even without a machine, and takes the first that it has.
    ...['-machine', 'none,accel=tcg:hvf:kvm'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-S', '-qmp', 'stdio'],
  ]);
  const ended = endOf(child);
  try {
    const qmp = await openQmp({ input: child.stdout, output: child.stdin }, { timeoutMs, signal });
    try {
      requireSupported(path, qmp.version);
      return await ask(qmp, architecture, { signal });
    } finally {
      // The kill below would not reach a QEMU that a script started for us. No answer is no fault.
      await qmp.execute('quit', {}, { timeoutMs: 2000 }).catch(() => {});
    }
  } catch (error) {
    const { code } = toTorporError(error);
    if (code === 'HYPERVISOR_UNAVAILABLE' || code === 'CANCELLED') throw error;
    throw doesNotWork(path, error, code === 'HYPERVISOR_DISCONNECTED' ? await ended : undefined);
  } finally {
    child.stderr.destroy();
    child.kill('SIGKILL');
    await ended;
  }
}

async function ask(
  qmp: QmpClient,
  architecture: GuestArchitecture,
  limits: Limits,
): Promise<QemuFacts> {
  const { machinePrefix, biosMachinePrefix } = architectures[architecture];
  const machines = (await qmp.execute('query-machines', {}, limits)).map(({ name }) => name);
  const machineTypes = pinnedTypes(machines, machinePrefix);
  const [newestMachineType] = machineTypes;
  if (newestMachineType === undefined) {
    throw new TorporError(
      'HYPERVISOR_UNAVAILABLE',
      `This QEMU has no machine type of the form ${machinePrefix}VERSION.`,
      {
        hint: 'Saved states need a machine type that stays the same from one QEMU version to the next. Use a QEMU built from its original sources.',
        details: { machines },
      },
    );
  }
  const capabilities = await qmp.execute('query-migrate-capabilities', {}, limits);
  const options = await qmp.execute('query-command-line-options', {}, limits);
  const { qemu, package: packageVersion } = qmp.version;
  return {
    version: { ...qemu, package: packageVersion },
    machineTypes,
    newestMachineType,
    biosMachineTypes:
      biosMachinePrefix === undefined ? [] : pinnedTypes(machines, biosMachinePrefix),
    migrationCapabilities: capabilities.map(({ capability }) => capability),
    seccomp: options.some(({ option }) => option === 'sandbox'),
    accelerators: await compiledInAccelerators(qmp, limits),
  };
}

/**
 * Asks for each accelerator's type by name. Listing all types, as `-accel help` does, loads every
 * module of QEMU, and one that does not fit (QEMU was half updated) ends the process.
 */
async function compiledInAccelerators(qmp: QmpClient, limits: Limits): Promise<Accelerator[]> {
  const found: Accelerator[] = [];
  for (const accelerator of acceleratorNames) {
    try {
      await qmp.execute('qom-list-properties', { typename: `${accelerator}-accel` }, limits);
      found.push(accelerator);
    } catch (error) {
      if (!(error instanceof TorporError) || error.details?.class !== 'DeviceNotFound') throw error;
    }
  }
  return found;
}

/** The names that are `prefix` and a version, newest first: no alias, no distributor's own type. */
export function pinnedTypes(names: readonly string[], prefix: string): string[] {
  return names
    .filter(
      (name) => name.startsWith(prefix) && /^\d+\.\d+(\.\d+)?$/.test(name.slice(prefix.length)),
    )
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

function requireSupported(path: string, { qemu: { major, minor, micro } }: QmpVersion): void {
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  throw new TorporError(
    'HYPERVISOR_UNAVAILABLE',
    `QEMU at ${path} is version ${major}.${minor}.${micro}; Torpor needs ${oldest.major}.${oldest.minor} or newer.`,
    {
      hint: 'Update QEMU, or set the path of a newer one in the settings.',
      details: { found: `${major}.${minor}.${micro}`, needed: `${oldest.major}.${oldest.minor}` },
    },
  );
}

/** Why a process is no more, and the last it wrote to standard error. */
interface End {
  readonly spawnError: Error | undefined;
  readonly exit: string;
  readonly stderr: string;
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<End> {
  let spawnError: Error | undefined;
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-2000);
  });
  child.on('error', (error) => {
    spawnError = error;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) =>
      resolve({ spawnError, exit: signal ?? `exit status ${code}`, stderr: stderr.trim() }),
    );
  });
}

function doesNotWork(path: string, error: unknown, end: End | undefined): TorporError {
  const cause = end?.spawnError ?? error;
  const why =
    end?.spawnError?.message ?? (end?.stderr || end?.exit) ?? toTorporError(error).message;
  return new TorporError('HYPERVISOR_UNAVAILABLE', `QEMU at ${path} does not work: ${why}`, {
    cause,
    hint: 'Install QEMU again, or set the path of another one in the settings.',
  });
}
