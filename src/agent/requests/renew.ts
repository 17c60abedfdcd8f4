import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { MachineView } from '../../contract/app-state.ts';
import type { MachineRef } from '../../contract/requests.ts';
import { type MachineConfig, machineName } from '../../core/config.ts';
import { TorporError } from '../../core/errors.ts';
import { type Bundle, bundleAt, resolveInBundle } from '../../core/library/bundle.ts';
import { bundleSuffix } from '../../core/library/layout.ts';
import { renameBundle } from '../../core/library/library.ts';
import { namesIn } from '../../core/library/names-in.ts';
import { setAside } from '../../core/saved-state/files.ts';
import { assertCanPerform } from '../../core/status.ts';
import { type AgentContext, driverFor } from '../context.ts';
import { type Listed, pathOf } from '../machines.ts';
import { viewListed } from '../view.ts';
import { assertNoImageShared } from './clone.ts';

/**
 * Makes a machine of its own of a bundle that is a copy of another one: with another id, MAC address
 * and name. Its saved state is set aside, because two guests that go on from one memory would take
 * themselves for the same computer. Throws WRONG_STATUS for a bundle that is no copy, and
 * DISK_UNAVAILABLE when both would write to one disk; nothing has changed then.
 */
export async function renewMachine(
  context: AgentContext,
  { machine: reference, name }: MachineRef & { readonly name: string | null },
): Promise<MachineView> {
  context.assertAccepting();
  const { machines, names, library } = context;
  const found = await machines.find(reference);
  const { bundle, config } = copyIn(found, machines.all());
  assertNoImageShared({ config });
  await assertNoDiskLinked(bundle, config);
  const newName = name ?? freeName(bundle, config, machines.all());
  const renew = async (): Promise<Bundle> => {
    const hardware = await driverFor(context.drivers, config.driver).renew(config.hardware);
    const { id, createdAt } = { id: randomUUID(), createdAt: new Date().toISOString() };
    await dropState(bundle);
    return renameBundle(library, bundle, { ...config, id, createdAt, name: newName, hardware });
  };
  const renewed = await names.reserve(newName, () =>
    machines.restructure(() => {
      if (found.kind === 'broken') return renew();
      const { machine } = found;
      return machines.hold(machine, 'being renewed', () => {
        assertCanPerform('rename', machine.status, config.name);
        return renew();
      });
    }),
  );
  return viewListed(await machines.find(renewed.path));
}

interface Copy {
  readonly bundle: Bundle;
  readonly config: MachineConfig;
}

function copyIn(found: Listed, all: readonly Listed[]): Copy {
  const config = configOf(found);
  const isCopied = all.some((other) => other !== found && configOf(other)?.id === config?.id);
  if (config !== undefined && isCopied) return { bundle: bundleAt(pathOf(found)), config };
  throw new TorporError('WRONG_STATUS', `${pathOf(found)} is not a copy of another machine.`, {
    hint: 'To have a second machine, clone it with “torpor clone”.',
  });
}

function configOf(listed: Listed): MachineConfig | undefined {
  return listed.kind === 'machine' ? listed.machine.config : listed.config;
}

/** A copy made of hard links shares its disks with the first, whatever the two are called. */
async function assertNoDiskLinked(
  bundle: Bundle,
  { name, hardware }: MachineConfig,
): Promise<void> {
  for (const disk of hardware.disks.filter(({ readOnly }) => !readOnly)) {
    const path = resolveInBundle(bundle, disk.path);
    if ((await stat(path)).nlink === 1) continue;
    throw new TorporError(
      'DISK_UNAVAILABLE',
      `Disk ${disk.id} of this copy of “${name}” is a hard link: writing to it would change the other one’s too.`,
      { hint: 'Copy the bundle anew, with the contents of its files.', details: { path } },
    );
  }
}

/** What the bundle was running, or was saved as, is the first one's. */
async function dropState(bundle: Bundle): Promise<void> {
  await rm(bundle.files.process, { force: true });
  if ((await namesIn(bundle.files.state)).length === 0) return;
  await setAside(bundle, 'It belongs to the machine that this bundle was copied from.');
}

/** What the folder is called by, else the machine's name with the next free number. */
function freeName(bundle: Bundle, { name }: MachineConfig, all: readonly Listed[]): string {
  const taken = new Set(all.flatMap((one) => configOf(one)?.name.toLowerCase() ?? []));
  const folder = basename(bundle.path, bundleSuffix);
  if (machineName.safeParse(folder).success && !taken.has(folder.toLowerCase())) return folder;
  for (let number = 2; ; number++) {
    const candidate = `${name.slice(0, 190)} ${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}
