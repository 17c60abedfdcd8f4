import { mkdir, stat } from 'node:fs/promises';
import type { Architecture } from '../../core/config.ts';
import type { Place } from '../../core/driver.ts';
import { TorporError, toTorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import { resolveInBundle } from '../../core/library/bundle.ts';
import { assertStandsAlone, startOf } from '../../core/qcow2.ts';
import type { SerialConsole } from '../../core/serial-console.ts';
import type { Accelerator } from './accelerator.ts';
import { architectures, type Firmware } from './architecture.ts';
import { commandLine, type GuestMemory } from './command-line.ts';
import { findFirmware } from './firmware.ts';
import { type Installation, versionText } from './installation.ts';
import { lastWords, launch, type QemuProcess } from './process.ts';
import { type ProcessRecord, removeProcessRecord, writeProcessRecord } from './process-record.ts';
import { connectQmp, type QmpClient } from './qmp/client.ts';
import { assertSocketsFit, runFiles } from './run-files.ts';
import { attachSerial } from './serial-port.ts';

export interface OpenInput {
  readonly place: Place;
  readonly installation: Installation;
  readonly accelerator: Accelerator;
  readonly memory: GuestMemory;
  readonly incoming: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onError: (error: unknown) => void;
}

/** A QEMU that is set up and has not run an instruction of the guest. */
export interface OpenedMachine {
  readonly process: QemuProcess;
  readonly qmp: QmpClient;
  readonly console: SerialConsole;
  readonly record: ProcessRecord;
}

/**
 * Starts QEMU for a machine, stopped before the guest's first instruction, and writes the record by
 * which the next agent finds it. Throws HYPERVISOR_FAILED with what QEMU printed, PATH_TOO_LONG,
 * IMAGE_INVALID for a disk image that would have QEMU open another file, CANCELLED; no process and no record are then left.
 */
export async function openMachine(input: OpenInput): Promise<OpenedMachine> {
  const { place, installation, signal, onError } = input;
  const { bundle } = place;
  const { sockets, pidFile } = runFiles(place.runDirectory);
  assertSocketsFit(sockets);
  await mkdir(place.runDirectory, { recursive: true, mode: 0o700 });
  await mkdir(bundle.files.log, { recursive: true, mode: 0o700 });
  const process = await launch({
    program: installation.paths.system,
    args: commandLine(await describe(input)),
    readySocket: sockets.ready,
    logPath: bundle.files.hypervisorLog,
    signal,
  });
  try {
    await faultPoint('open.launched');
    const record = await recordOf(input, process, pidFile);
    await writeProcessRecord(bundle.files.process, record);
    await faultPoint('open.recorded');
    const qmp = await connectQmp(sockets.qmp, { signal });
    await faultPoint('open.connected');
    const console = await attachSerial(sockets.serial, bundle.files.serialLog, onError);
    return {
      process,
      qmp,
      console,
      record: await withCpuFeatures(record, qmp, place),
    };
  } catch (error) {
    await discard(process, place);
    // It opens disks only after its sockets listen, and may have ended over one meanwhile.
    throw await withLastWords(error, place);
  }
}

/** Ends a QEMU whose guest must not run, and removes its record. */
export async function discard(process: QemuProcess, { bundle }: Place): Promise<void> {
  process.kill();
  await process.exited();
  await removeProcessRecord(bundle.files.process);
}

/** `error` with QEMU's own last words, which say more than a connection that ended. QEMU must be gone. */
export async function withLastWords(error: unknown, { bundle }: Place): Promise<TorporError> {
  const known = toTorporError(error);
  if (known.code !== 'HYPERVISOR_DISCONNECTED' && known.code !== 'HYPERVISOR_FAILED') return known;
  const words = await lastWords(bundle.files.hypervisorLog);
  if (words === '') return known;
  return new TorporError('HYPERVISOR_FAILED', words, { details: { output: words }, cause: known });
}

async function describe(input: OpenInput) {
  const { place, installation, accelerator, memory, incoming } = input;
  const { bundle, config } = place;
  const { hardware } = config;
  const { boot } = hardware;
  await assertDisksStandAlone(place);
  return {
    id: config.id,
    hardware: { ...hardware, cpuModel: effectiveCpuModel(input) },
    accelerator,
    memory,
    incoming,
    diskPaths: hardware.disks.map((disk) => resolveInBundle(bundle, disk.path)),
    sandbox: installation.facts.seccomp,
    ...runFiles(place.runDirectory),
    ...(boot.kind === 'kernel' ? { kernel: bootFiles(place, boot.kernel, boot.initrd) } : {}),
    ...(boot.kind === 'uefi' ? { firmware: await ownFirmware(input) } : {}),
  };
}

/** It was checked when the machine was made; a bundle may come from somebody else. */
async function assertDisksStandAlone({ bundle, config }: Place): Promise<void> {
  for (const disk of config.hardware.disks) {
    if (disk.format !== 'qcow2') continue;
    const path = resolveInBundle(bundle, disk.path);
    assertStandsAlone(path, await startOf(path));
  }
}

function bootFiles({ bundle }: Place, kernel: string, initrd: string | null) {
  return {
    kernel: resolveInBundle(bundle, kernel),
    initrd: initrd === null ? null : resolveInBundle(bundle, initrd),
  };
}

/** The host's firmware code with the machine's own variables, which it got when it was created. */
async function ownFirmware({ place, installation }: OpenInput): Promise<Firmware> {
  const { code } = await findFirmware(
    place.config.hardware.architecture,
    installation.paths.dataDirs,
  );
  return { code, variables: place.bundle.files.firmwareVariables };
}

/** A machine made under hardware acceleration names `host`, which emulation does not know. */
function effectiveCpuModel({ place, accelerator }: OpenInput): string {
  const { cpuModel, architecture } = place.config.hardware;
  return cpuModel === 'host' && accelerator === 'tcg'
    ? architectures[architecture].tcgCpuModel
    : cpuModel;
}

async function recordOf(
  input: OpenInput,
  process: QemuProcess,
  pidFile: string,
): Promise<ProcessRecord> {
  const { place, installation, accelerator, memory } = input;
  const { ino } = await stat(place.bundle.path, { bigint: true });
  return {
    pid: process.pid,
    pidFile,
    bundleInode: ino.toString(),
    startedAt: new Date().toISOString(),
    version: versionText(installation.facts),
    machineType: place.config.hardware.machineType,
    accelerator,
    cpuModel: effectiveCpuModel(input),
    cpuFeatures: [],
    memory: memory.kind,
    pausedByPerson: false,
  };
}

/** What the guest's CPU can do, from QEMU itself: a name such as `host` does not say. */
async function withCpuFeatures(
  record: ProcessRecord,
  qmp: QmpClient,
  { bundle, config }: Place,
): Promise<ProcessRecord> {
  const { architecture } = config.hardware;
  const full = { ...record, cpuFeatures: await cpuFeatures(qmp, record.cpuModel, architecture) };
  await writeProcessRecord(bundle.files.process, full);
  return full;
}

/**
 * On x86 the static expansion, which lists CPUID features alone; the full one also holds QEMU's own
 * switches, which come and go with its versions. ARM has only the full one.
 */
async function cpuFeatures(
  qmp: QmpClient,
  name: string,
  architecture: Architecture,
): Promise<string[]> {
  const type = architecture === 'x86_64' ? 'static' : 'full';
  const { model } = await qmp.execute('query-cpu-model-expansion', { type, model: { name } });
  return Object.entries(model.props ?? {})
    .filter(([, value]) => value === true)
    .map(([feature]) => feature)
    .sort();
}
