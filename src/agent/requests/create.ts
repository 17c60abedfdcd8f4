import { randomUUID } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineView } from '../../contract/app-state.ts';
import type { CreateRequest, NewDisk } from '../../contract/requests.ts';
import {
  type Architecture,
  type Boot,
  configFormatVersion,
  type Disk,
  defaultPolicy,
  type MachineConfig,
} from '../../core/config.ts';
import type { Driver } from '../../core/driver.ts';
import { TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import type { Host } from '../../core/host.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { createBundle } from '../../core/library/library.ts';
import { type AgentContext, type Drivers, driverFor } from '../context.ts';
import { assertReadable, assertUsableImage } from '../image.ts';
import { viewListed } from '../view.ts';

/**
 * Makes a machine. Images are checked before anything is written; the bundle is staged and becomes
 * part of the library by one rename, or not at all.
 */
export async function createMachine(
  context: AgentContext,
  request: CreateRequest,
): Promise<MachineView> {
  context.assertAccepting();
  return context.names.reserve(request.name, async () => {
    const driver = await chooseDriver(context.drivers, request.driver);
    await assertSourcesUsable(request);
    const config = await planConfig(driver, request);
    await faultPoint('create.planned');
    const bundle = await createBundle(context.library, config, async (staged) => {
      await fill(staged, config, request, driver, context.host);
      return config;
    });
    await faultPoint('create.moved');
    await context.machines.rescan();
    await faultPoint('create.listed');
    return viewListed(await context.machines.find(bundle.path));
  });
}

/** The one that was asked for, else the first that works here. */
async function chooseDriver(drivers: Drivers, wanted: CreateRequest['driver']): Promise<Driver> {
  if (wanted !== undefined) return driverFor(drivers, wanted);
  const reasons: TorporError[] = [];
  for (const driver of drivers.values()) {
    const availability = await driver.availability();
    if (availability.available) return driver;
    const { code, message, hint, details } = availability.problem;
    reasons.push(new TorporError(code, message, { hint, details }));
  }
  throw reasons[0] ?? new TorporError('HYPERVISOR_UNAVAILABLE', 'There is no hypervisor here.');
}

async function assertSourcesUsable({ boot, disks, iso }: CreateRequest): Promise<void> {
  for (const disk of disks) {
    if (disk.kind === 'copy') {
      await assertUsableImage({ path: disk.from, format: disk.format, write: false });
    } else if (disk.kind === 'inPlace') {
      await assertUsableImage({ path: disk.path, format: disk.format, write: !disk.readOnly });
    }
  }
  if (iso !== undefined) await assertReadable(iso, 'The ISO image');
  if (typeof boot === 'string') return;
  await assertReadable(boot.kernel, 'The kernel');
  if (boot.initrd !== undefined) await assertReadable(boot.initrd, 'The initrd');
}

async function planConfig(driver: Driver, request: CreateRequest): Promise<MachineConfig> {
  const { name, architecture, cpus, memoryMiB, network, display } = request;
  const hardware = await driver.plan({
    architecture,
    cpus,
    memoryMiB,
    boot: planBoot(request),
    disks: request.disks.map(planDisk),
    iso: request.iso ?? null,
    network,
    display,
  });
  return {
    formatVersion: configFormatVersion,
    id: randomUUID(),
    name,
    createdAt: new Date().toISOString(),
    driver: driver.id,
    hardware,
    policy: { ...defaultPolicy, ...request.policy },
  };
}

const kernelPath = 'boot/kernel';
const initrdPath = 'boot/initrd';

function planBoot({ boot, architecture = hostArchitecture() }: CreateRequest): Boot {
  if (typeof boot === 'string') return { kind: boot };
  return {
    kind: 'kernel',
    kernel: kernelPath,
    initrd: boot.initrd === undefined ? null : initrdPath,
    commandLine: boot.commandLine ?? `console=${architecture === 'x86_64' ? 'ttyS0' : 'ttyAMA0'}`,
  };
}

function hostArchitecture(): Architecture {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}

function planDisk(disk: NewDisk, index: number): Disk {
  const id = `vd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
  if (disk.kind === 'inPlace') {
    return { id, path: disk.path, format: disk.format, readOnly: disk.readOnly };
  }
  return { id, path: `disks/${id}.${disk.format}`, format: disk.format, readOnly: false };
}

async function fill(
  staged: Bundle,
  { hardware }: MachineConfig,
  { disks, boot }: CreateRequest,
  driver: Driver,
  host: Host,
): Promise<void> {
  await mkdir(staged.files.disks, { mode: 0o700 });
  for (const [index, disk] of disks.entries()) {
    const planned = hardware.disks[index];
    if (planned === undefined || disk.kind === 'inPlace') continue;
    const path = join(staged.path, planned.path);
    if (disk.kind === 'empty') await driver.createDisk(path, disk.format, disk.bytes);
    else await copyFile(host, disk.from, path);
  }
  await driver.prepare(staged, hardware);
  if (typeof boot === 'string') return;
  await mkdir(staged.files.boot, { mode: 0o700 });
  await copyFile(host, boot.kernel, join(staged.path, kernelPath));
  if (boot.initrd !== undefined) await copyFile(host, boot.initrd, join(staged.path, initrdPath));
}

/** Copies a file into a bundle, flushed; what was read-only elsewhere is the machine's own here. */
export async function copyFile(host: Host, from: string, to: string): Promise<void> {
  await host.clone(from, to);
  await chmod(to, 0o600);
  await host.flush(to);
}
