import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
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
import type { Bundle } from '../../core/library/bundle.ts';
import { createBundle } from '../../core/library/library.ts';
import { outsideOf } from '../../core/library/outside.ts';
import { type AgentContext, type Drivers, driverFor } from '../context.ts';
import type { CreationControl } from '../creations.ts';
import { assertReadable, assertUsableImage } from '../image.ts';
import { assertCanHave } from '../live-policy.ts';
import { viewListed } from '../view.ts';
import { type Copy, copyFiles } from './copy-files.ts';
import { assertInstallable, installerOf, installMacos, isMacos, macosOf } from './install.ts';

/**
 * Makes a machine, visibly and so that it can be cancelled. Images are checked before anything is
 * written; the bundle is staged and becomes part of the library by one rename, or not at all.
 */
export async function createMachine(
  context: AgentContext,
  request: CreateRequest,
): Promise<MachineView> {
  context.assertAccepting();
  const id = randomUUID();
  return context.names.reserve(request.name, () =>
    context.creations.run({ id, name: request.name }, (control) =>
      make({ context, request, id, control }),
    ),
  );
}

interface Making {
  readonly context: AgentContext;
  readonly request: CreateRequest;
  readonly id: string;
  readonly control: CreationControl;
}

async function make(making: Making): Promise<MachineView> {
  const { context, request, id, control } = making;
  const macos = macosOf(request);
  const driver = await chooseDriver(context.drivers, request);
  await assertSourcesUsable(request);
  if (macos !== undefined) {
    installerOf(driver);
    control.tell('checking');
    await assertInstallable(context, macos, request);
    control.tell('preparing');
  }
  control.signal.throwIfAborted();
  const config = await planConfig(driver, request, id);
  await faultPoint('create.planned');
  // Who names them when making the machine agrees to them.
  await context.agreements.agree(config, outsideOf(config));
  const bundle = await createBundle(context.library, config, async (staged) => {
    await mkdir(staged.files.disks, { mode: 0o700 });
    if (macos === undefined) await fill(making, staged, config, driver);
    else await installMacos(context, driver, macos, staged, config, control);
    control.commit();
    return config;
  });
  await faultPoint('create.moved');
  await context.machines.rescan();
  await faultPoint('create.listed');
  return viewListed(await context.machines.find(bundle.path));
}

/** The one that was asked for, else the first that works here and has guests of the kind. */
async function chooseDriver(
  drivers: Drivers,
  request: Pick<CreateRequest, 'driver' | 'boot'>,
): Promise<Driver> {
  if (request.driver !== undefined) return driverFor(drivers, request.driver);
  const fitting = [...drivers.values()].filter(
    (driver) => !isMacos(request.boot) || driver.installMacos !== undefined,
  );
  const reasons: TorporError[] = [];
  for (const driver of fitting) {
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
  if (isMacos(boot)) return assertReadable(boot.restoreImage, 'The restore image');
  await assertReadable(boot.kernel, 'The kernel');
  if (boot.initrd !== undefined) await assertReadable(boot.initrd, 'The initrd');
}

async function planConfig(
  driver: Driver,
  request: CreateRequest,
  id: string,
): Promise<MachineConfig> {
  const { name, architecture, cpus, memoryMiB, network, display, boot } = request;
  const hardware = await driver.plan({
    architecture,
    cpus,
    memoryMiB,
    boot: planBoot(request),
    disks: request.disks.map(planDisk),
    iso: request.iso ?? null,
    network,
    display,
    restoreImage: isMacos(boot) ? boot.restoreImage : undefined,
  });
  const config: MachineConfig = {
    formatVersion: configFormatVersion,
    id,
    name,
    createdAt: new Date().toISOString(),
    driver: driver.id,
    hardware,
    policy: { ...defaultPolicy, ...request.policy },
  };
  assertCanHave(driver, config, { policy: request.policy });
  return config;
}

const kernelPath = 'boot/kernel';
const initrdPath = 'boot/initrd';

function planBoot({ boot, architecture = hostArchitecture() }: CreateRequest): Boot {
  if (typeof boot === 'string') return { kind: boot };
  if (isMacos(boot)) return { kind: 'macos' };
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
  { context, request: { disks, boot }, control }: Making,
  staged: Bundle,
  { hardware }: MachineConfig,
  driver: Driver,
): Promise<void> {
  const copies: Copy[] = [];
  for (const [index, disk] of disks.entries()) {
    const planned = hardware.disks[index];
    if (planned === undefined || disk.kind === 'inPlace') continue;
    const path = join(staged.path, planned.path);
    if (disk.kind === 'copy') copies.push({ from: disk.from, to: path });
    else await driver.createDisk(path, disk.format, disk.bytes);
  }
  await driver.prepare(staged, hardware);
  if (typeof boot !== 'string' && !isMacos(boot)) {
    await mkdir(staged.files.boot, { mode: 0o700 });
    copies.push({ from: boot.kernel, to: join(staged.path, kernelPath) });
    if (boot.initrd !== undefined) {
      copies.push({ from: boot.initrd, to: join(staged.path, initrdPath) });
    }
  }
  await copyFiles(context.host, copies, control);
}
