import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineView } from '../../contract/app-state.ts';
import type { MachineRef } from '../../contract/requests.ts';
import type { MachineConfig } from '../../core/config.ts';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import { exists } from '../../core/library/bundle.ts';
import { clonedEntries } from '../../core/library/layout.ts';
import { createBundle } from '../../core/library/library.ts';
import { outsideOf } from '../../core/library/outside.ts';
import type { Machine } from '../../core/machine.ts';
import { assertCanPerform } from '../../core/status.ts';
import { type AgentContext, driverFor } from '../context.ts';
import type { CreationControl, NewMachine } from '../creations.ts';
import { viewListed } from '../view.ts';
import { type Copy, copyFiles } from './copy-files.ts';

/**
 * Makes a second machine with the disks of the first: another id, another MAC address, and no saved
 * state, because two guests that go on from one memory would take themselves for the same computer.
 * The first is held meanwhile, so that nothing writes to the disks that are being copied.
 */
export async function cloneMachine(
  context: AgentContext,
  { machine: reference, name }: MachineRef & { readonly name: string },
): Promise<MachineView> {
  context.assertAccepting();
  const machine = await context.machines.usable(reference);
  assertNoImageShared(machine);
  const id = randomUUID();
  return context.names.reserve(name, () =>
    context.creations.run({ id, name }, (control) =>
      context.machines.hold(machine, 'being cloned', () =>
        copyMachine(context, machine, { id, name }, control),
      ),
    ),
  );
}

async function copyMachine(
  context: AgentContext,
  machine: Machine,
  clone: NewMachine,
  control: CreationControl,
): Promise<MachineView> {
  assertCanPerform('clone', machine.status, machine.config.name);
  const config = await configOfClone(context, machine, clone);
  if (context.agreements.missing(machine.config).length === 0) {
    await context.agreements.agree(config, outsideOf(config));
  }
  await faultPoint('create.planned');
  const bundle = await createBundle(context.library, config, async (staged) => {
    const copies: Copy[] = [];
    for (const entry of clonedEntries) {
      copies.push(
        ...(await filesToCopy(join(machine.bundle.path, entry), join(staged.path, entry))),
      );
    }
    // The clone names the same files outside, and only its first may still make a bookmark of them.
    const { access } = machine.bundle.files;
    if (await exists(access)) copies.push({ from: access, to: staged.files.access });
    await copyFiles(context.host, copies, control);
    await faultPoint('clone.copied');
    control.commit();
    return config;
  });
  await faultPoint('create.moved');
  await context.machines.rescan();
  await faultPoint('create.listed');
  tellOfState(context, machine, config);
  return viewListed(await context.machines.find(bundle.path));
}

async function configOfClone(
  { drivers }: AgentContext,
  { config }: Machine,
  { id, name }: NewMachine,
): Promise<MachineConfig> {
  return {
    ...config,
    id,
    name,
    createdAt: new Date().toISOString(),
    hardware: await driverFor(drivers, config.driver).renew(config.hardware),
  };
}

/** Makes the folder `to` for the plain files in `from`; one that is not there is nothing to copy. */
async function filesToCopy(from: string, to: string): Promise<Copy[]> {
  let entries: Awaited<ReturnType<typeof filesIn>>;
  try {
    entries = await filesIn(from);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  await mkdir(to, { mode: 0o700 });
  return entries.map(({ name }) => ({ from: join(from, name), to: join(to, name) }));
}

async function filesIn(folder: string) {
  const found = await readdir(folder, { withFileTypes: true });
  return found.filter((entry) => entry.isFile());
}

/** Throws DISK_UNAVAILABLE when a second machine would write to the same image outside. */
export function assertNoImageShared({ config }: Pick<Machine, 'config'>): void {
  const shared = config.hardware.disks.find(
    ({ path, readOnly }) => path.startsWith('/') && !readOnly,
  );
  if (shared === undefined) return;
  throw new TorporError(
    'DISK_UNAVAILABLE',
    `“${config.name}” writes to ${shared.path}, outside its bundle; a clone would write to it too.`,
    { hint: 'Create a machine with a copy of the image instead.', details: { path: shared.path } },
  );
}

function tellOfState(context: AgentContext, { savedState, config }: Machine, clone: MachineConfig) {
  if (savedState === undefined) return;
  context.notify({
    machine: clone.id,
    problem: {
      code: 'STATE_LEFT',
      message: `“${clone.name}” will boot: the saved state stayed with “${config.name}”.`,
      hint: 'Its disks are as they were when the first was suspended, as after a power cut.',
    },
  });
}
