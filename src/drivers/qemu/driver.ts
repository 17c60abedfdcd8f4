import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { availableParallelism, uptime } from 'node:os';
import { dirname } from 'node:path';
import type { Adoption, Driver, Place, Session } from '../../core/driver.ts';
import { type Problem, TorporError, toProblem } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import type { Host } from '../../core/host.ts';
import { doesNotFit } from '../../core/saved-state/fit.ts';
import type { Manifest } from '../../core/saved-state/manifest.ts';
import { architectures, hostArchitecture } from './architecture.ts';
import { createDiskImage } from './disk-images.ts';
import { factsOf, problemFacts } from './doctor.ts';
import { createVariables, findFirmware } from './firmware.ts';
import {
  findInstallation,
  type Installation,
  type QemuSettings,
  versionText,
} from './installation.ts';
import { createMemoryFile, reserveMemory } from './memory-file.ts';
import { lacks } from './memory-target.ts';
import { loadFrom } from './migration.ts';
import { discard, type OpenedMachine, openMachine, withLastWords } from './open-machine.ts';
import { adoptProcess } from './process.ts';
import { holdsPidFile, type ProcessRecord, readProcessRecord } from './process-record.ts';
import { connectQmp, type QmpClient } from './qmp/client.ts';
import { readRecentAhead } from './recent-memory.ts';
import { runFiles } from './run-files.ts';
import { attachSerial } from './serial-port.ts';
import { createSession } from './session.ts';
import { endStray } from './stray.ts';
import { endedUnexpectedly, failedDisk } from './watch-guest.ts';

export interface QemuDriverOptions {
  readonly host: Host;
  readonly settings: QemuSettings;
  readonly onError: (error: unknown) => void;
}

/** The driver for QEMU 7.2 and up. docs/decisions/ says why it suspends as it does. */
export function createQemuDriver({ host, settings, onError }: QemuDriverOptions): Driver {
  const installationFor = (place: Place): Promise<Installation> =>
    findInstallation(settings, place.config.hardware.architecture);

  function sessionOf(place: Place, opened: OpenedMachine, blocker: Problem | undefined): Session {
    return createSession({ host, place, ...opened, status: 'paused', blocker, onError });
  }

  return {
    id: 'qemu',
    displayName: 'QEMU',

    async availability() {
      try {
        const installation = await findInstallation(settings, hostArchitecture());
        return {
          available: true,
          version: versionText(installation.facts),
          facts: await factsOf(installation),
        };
      } catch (error) {
        return { available: false, problem: toProblem(error), facts: problemFacts(error) };
      }
    },

    async plan(wish) {
      const architecture = wish.architecture ?? hostArchitecture();
      const { facts, choice, paths } = await findInstallation(settings, architecture);
      if (wish.boot.kind === 'uefi') await findFirmware(architecture, paths.dataDirs);
      return {
        architecture,
        machineType: facts.newestMachineType,
        cpuModel: choice.accelerator === 'tcg' ? architectures[architecture].tcgCpuModel : 'host',
        cpus: wish.cpus ?? Math.min(2, availableParallelism()),
        memoryMiB: wish.memoryMiB ?? 2048,
        boot: wish.boot,
        disks: wish.disks,
        iso: wish.iso,
        network: wish.network ? { kind: 'user', mac: randomMac() } : null,
        display: wish.display,
      };
    },

    renew: async (hardware) => ({
      ...hardware,
      network: hardware.network && { ...hardware.network, mac: randomMac() },
    }),

    async prepare(staged, hardware) {
      if (hardware.boot.kind !== 'uefi') return;
      const { paths } = await findInstallation(settings, hardware.architecture);
      await createVariables(staged, await findFirmware(hardware.architecture, paths.dataDirs));
    },

    async createDisk(path, format, bytes) {
      const { paths } = await findInstallation(settings, hostArchitecture());
      await createDiskImage(paths.img, path, format, bytes);
    },

    async start(place, { signal }) {
      const installation = await installationFor(place);
      assertMachineType(place, installation);
      const path = place.bundle.files.memory;
      const inFile = place.config.policy.stateMode === 'instant' && canIgnoreShared(installation);
      if (inFile) await createMemoryFile(host, path, memoryBytes(place));
      try {
        const { accelerator } = installation.choice;
        const memory = inFile ? { kind: 'file' as const, path } : { kind: 'anonymous' as const };
        const opened = await openMachine({
          place,
          installation,
          accelerator,
          memory,
          incoming: false,
          signal,
          onError,
        });
        const session = sessionOf(place, opened, await migrationBlocker(opened.qmp));
        await runOrEnd(session);
        return session;
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },

    async restore(place, manifest, { signal, onProgress }) {
      const installation = await installationFor(place);
      assertMachineType(place, installation);
      const { memory: file, files, hypervisor } = manifest;
      const accelerator = sameAccelerator(place, manifest, installation);
      if (file !== null) {
        await reserveMemory(host, place.bundle.files.memory, file.bytes);
        await readRecentAhead(host, place.bundle.files.memory, file).catch(onError);
      }
      await faultPoint('load.reserved');
      const memory =
        file === null
          ? { kind: 'anonymous' as const }
          : { kind: 'file' as const, path: place.bundle.files.memory };
      const opened = await openMachine({
        place,
        installation,
        accelerator,
        memory,
        incoming: true,
        signal,
        onError,
      });
      try {
        assertSameCpu(place, hypervisor.cpuFeatures, opened.record.cpuFeatures);
        const [stream] = files;
        if (stream === undefined) throw new TorporError('INTERNAL', 'a saved state without files');
        const from =
          file === null ? place.bundle.files.streamState : place.bundle.files.deviceState;
        const { incoming: socket } = runFiles(place.runDirectory).sockets;
        await loadFrom(from, stream, {
          qmp: opened.qmp,
          socket,
          ignoreShared: file !== null,
          signal,
          onProgress,
        });
        await faultPoint('load.migrated');
        return sessionOf(place, opened, undefined);
      } catch (error) {
        opened.qmp.close();
        await opened.console.close();
        await discard(opened.process, place);
        throw await withLastWords(error, place);
      }
    },

    async adopt(place) {
      const record = await readProcessRecord(place.bundle.files.process);
      if (record === undefined) {
        // A start says what stands in its way, if anything still does.
        await endStray(host, place.runDirectory).catch(onError);
        return { found: 'nothing' };
      }
      if (!(await isOfThisBundle(record, place))) return { found: 'nothing' };
      await faultPoint('adopt.recorded');
      if (!holdsPidFile(host, record.pidFile))
        return { found: 'ended', problem: howItEnded(place, record) };
      return adoptSession({ ...place, runDirectory: dirname(record.pidFile) }, record);
    },

    lacks,
  };

  async function adoptSession(place: Place, record: ProcessRecord): Promise<Adoption> {
    const { sockets, pidFile } = runFiles(place.runDirectory);
    const qmp = await connectQmp(sockets.qmp);
    await faultPoint('adopt.connected');
    const { UUID } = await qmp.execute('query-uuid');
    if (UUID !== place.config.id) {
      qmp.close();
      throw new TorporError(
        'HYPERVISOR_FAILED',
        'The QEMU that was found belongs to another machine.',
        {
          details: { found: UUID, expected: place.config.id },
        },
      );
    }
    const { running, status } = await qmp.execute('query-status');
    const console = await attachSerial(sockets.serial, place.bundle.files.serialLog, onError);
    const process = adoptProcess(record.pid, pidFile, host);
    const session = createSession({
      ...{ host, place, process, qmp, console, record, onError },
      status: running || status === 'suspended' ? 'running' : 'paused',
      blocker: await migrationBlocker(qmp),
    });
    const waitsFor = status === 'io-error' ? await failedDisk(qmp) : undefined;
    return {
      found: 'session',
      session,
      shouldRun: !record.pausedByPerson,
      ...(waitsFor === undefined ? {} : { waitsFor }),
    };
  }
}

async function runOrEnd(session: Session): Promise<void> {
  try {
    await session.resume();
  } catch (error) {
    await session.end();
    throw error;
  }
}

function memoryBytes({ config }: Place): number {
  return config.hardware.memoryMiB * 1024 * 1024;
}

function canIgnoreShared({ facts }: Installation): boolean {
  return facts.migrationCapabilities.includes('x-ignore-shared');
}

/** Which device keeps this guest from being saved, asked before it matters. */
async function migrationBlocker(qmp: QmpClient): Promise<Problem | undefined> {
  const { 'blocked-reasons': reasons } = await qmp.execute('query-migrate');
  if (reasons === undefined || reasons.length === 0) return undefined;
  return {
    code: 'CAPABILITY_MISSING',
    message: `This machine cannot be suspended: ${reasons.join('; ')}.`,
    hint: 'Remove the device that is named, or stop the machine instead.',
  };
}

function assertMachineType({ config }: Place, { facts }: Installation): void {
  const { machineType } = config.hardware;
  if ([...facts.machineTypes, ...facts.biosMachineTypes].includes(machineType)) return;
  throw new TorporError(
    'HYPERVISOR_UNAVAILABLE',
    `This QEMU does not have the machine type ${machineType}.`,
    {
      hint: `“${config.name}” was made for it. Install a QEMU that has it; this one is ${versionText(facts)}.`,
      details: { machineType, available: facts.machineTypes },
    },
  );
}

/** A state saved under one accelerator cannot go on under another. */
function sameAccelerator({ config }: Place, { hypervisor }: Manifest, { choice }: Installation) {
  const saved = choice.considered.find(({ accelerator }) => accelerator === hypervisor.accelerator);
  if (saved !== undefined && (saved.usable || choice.accelerator === saved.accelerator))
    return saved.accelerator;
  throw doesNotFit(config.name, [
    { what: 'accelerator', saved: hypervisor.accelerator, now: choice.accelerator },
  ]);
}

/** QEMU accepts another CPU in silence, and the guest then dies of an instruction it no longer has. */
function assertSameCpu({ config }: Place, saved: readonly string[], now: readonly string[]): void {
  const lost = saved.filter((feature) => !now.includes(feature));
  const gained = now.filter((feature) => !saved.includes(feature));
  if (lost.length === 0 && gained.length === 0) return;
  throw doesNotFit(config.name, [
    {
      what: 'CPU features',
      saved: lost.join(', ') || 'as now',
      now: gained.join(', ') || 'without them',
    },
  ]);
}

async function isOfThisBundle(record: ProcessRecord, { bundle }: Place): Promise<boolean> {
  const { ino } = await stat(bundle.path, { bigint: true });
  return ino.toString() === record.bundleInode;
}

function howItEnded({ config }: Place, record: ProcessRecord): Problem {
  const bootedAt = Date.now() - uptime() * 1000;
  if (Date.parse(record.startedAt) >= bootedAt) return endedUnexpectedly(config.name, undefined);
  return {
    code: 'GUEST_ENDED',
    message: `The computer was restarted while “${config.name}” was running. What was in its memory is lost; its disks are as after a power cut.`,
    hint: 'Start it to boot again.',
  };
}

function randomMac(): string {
  // 52:54:00 is the prefix that QEMU's guests use; locally administered.
  return `52:54:00:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}
