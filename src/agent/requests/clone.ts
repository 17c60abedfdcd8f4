import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineView } from '../../contract/app-state.ts';
import type { MachineRef } from '../../contract/requests.ts';
import type { MachineConfig } from '../../core/config.ts';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import type { Host } from '../../core/host.ts';
import { clonedEntries } from '../../core/library/layout.ts';
import { createBundle } from '../../core/library/library.ts';
import type { Machine } from '../../core/machine.ts';
import { assertCanPerform } from '../../core/status.ts';
import { type AgentContext, driverFor } from '../context.ts';
import { viewListed } from '../view.ts';
import { copyFile } from './create.ts';

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
  return context.names.reserve(name, () =>
    context.machines.hold(machine, 'being cloned', async () => {
      assertCanPerform('clone', machine.status, machine.config.name);
      const config = await configOfClone(context, machine, name);
      await faultPoint('create.planned');
      const bundle = await createBundle(context.library, config, async (staged) => {
        for (const entry of clonedEntries) {
          await copyFolder(
            context.host,
            join(machine.bundle.path, entry),
            join(staged.path, entry),
          );
          await faultPoint('clone.copied');
        }
        return config;
      });
      await faultPoint('create.moved');
      await context.machines.rescan();
      await faultPoint('create.listed');
      tellOfState(context, machine, config);
      return viewListed(await context.machines.find(bundle.path));
    }),
  );
}

async function configOfClone(
  { drivers }: AgentContext,
  { config }: Machine,
  name: string,
): Promise<MachineConfig> {
  return {
    ...config,
    id: randomUUID(),
    name,
    createdAt: new Date().toISOString(),
    hardware: await driverFor(drivers, config.driver).renew(config.hardware),
  };
}

/** Copies a folder of plain files; one that is not there is nothing to copy. */
async function copyFolder(host: Host, from: string, to: string): Promise<void> {
  let entries: Awaited<ReturnType<typeof filesIn>>;
  try {
    entries = await filesIn(from);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  await mkdir(to, { mode: 0o700 });
  for (const { name } of entries) await copyFile(host, join(from, name), join(to, name));
}

async function filesIn(folder: string) {
  const found = await readdir(folder, { withFileTypes: true });
  return found.filter((entry) => entry.isFile());
}

function assertNoImageShared({ config }: Machine): void {
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
