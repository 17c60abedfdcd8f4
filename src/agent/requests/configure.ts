import type { MachineView } from '../../contract/app-state.ts';
import type { Changes, MachineRef } from '../../contract/requests.ts';
import type { Hardware, MachineConfig, VzHardware } from '../../core/config.ts';
import { TorporError } from '../../core/errors.ts';
import { renameBundle } from '../../core/library/library.ts';
import { outsideOf } from '../../core/library/outside.ts';
import type { Machine } from '../../core/machine.ts';
import { hardwareDifferences } from '../../core/saved-state/fit.ts';
import { assertCanPerform } from '../../core/status.ts';
import { type AgentContext, driverFor } from '../context.ts';
import { assertFolder, assertReadable } from '../image.ts';
import { assertCanHave, changedPolicy, configureLive } from '../live-policy.ts';
import { viewListed, viewMachine } from '../view.ts';

/**
 * Changes a machine's settings. Its hardware stays as it is while a saved state waits for it, since
 * that state would be refused afterwards.
 */
export async function setMachine(
  { machines, agreements, drivers, assertAccepting }: AgentContext,
  { machine: reference, changes }: MachineRef & { readonly changes: Changes },
): Promise<MachineView> {
  assertAccepting();
  const machine = await machines.usable(reference);
  const config = applyChanges(machine.config, changes);
  assertStateSurvives(machine, config.hardware);
  assertCanHave(driverFor(drivers, config.driver), config, changes);
  if (typeof changes.iso === 'string') await assertReadable(changes.iso, 'The ISO image');
  for (const { path } of changes.vz?.sharedFolders ?? []) await assertFolder(path);
  const before = outsideOf(machine.config);
  await machines.hold(machine, 'being changed', () => configureLive(machine, config));
  // To what it named before, somebody else may have set it.
  const named = outsideOf(config).filter((line) => !before.includes(line));
  await agreements.agree(config, named);
  return viewMachine(machine);
}

/** `config` with the changes that are named. */
export function applyChanges(config: MachineConfig, changes: Changes): MachineConfig {
  const { policy, vz, ...rest } = changes;
  const hardware = { ...config.hardware, ...rest };
  return {
    ...config,
    hardware: vz === undefined ? hardware : { ...hardware, vz: { ...vzOf(config), ...vz } },
    policy: changedPolicy(config.policy, policy ?? {}),
  };
}

function vzOf({ name, hardware: { vz } }: MachineConfig): VzHardware {
  if (vz !== undefined) return vz;
  throw new TorporError(
    'CAPABILITY_MISSING',
    `“${name}” is not a machine of Apple’s framework, which alone has that.`,
  );
}

function assertStateSurvives({ status, config }: Machine, wanted: Hardware): void {
  if (status !== 'suspended') return;
  const differences = hardwareDifferences(config.hardware, wanted);
  if (differences.length === 0) return;
  const list = differences.map(({ what, saved, now }) => `${what}: ${saved} → ${now}`).join('; ');
  throw new TorporError(
    'WRONG_STATUS',
    `“${config.name}” is suspended, and its saved state would not fit any more (${list}).`,
    {
      hint: 'Resume it and shut its guest down first, or give the state up with “torpor discard-state”.',
      details: { differences },
    },
  );
}

/** Renames a machine, and its folder with it. */
export async function renameMachine(
  { machines, names, library, assertAccepting }: AgentContext,
  { machine: reference, name }: MachineRef & { readonly name: string },
): Promise<MachineView> {
  assertAccepting();
  const machine = await machines.usable(reference);
  const rename = () => {
    assertCanPerform('rename', machine.status, machine.config.name);
    return renameBundle(library, machine.bundle, { ...machine.config, name });
  };
  const bundle = await names.reserve(
    name,
    () => machines.restructure(() => machines.hold(machine, 'being renamed', rename)),
    machine.config.name,
  );
  return viewListed(await machines.find(bundle.path));
}
