import type { MachineView } from '../../contract/app-state.ts';
import type { MachineRef } from '../../contract/requests.ts';
import { outsideOf } from '../../core/library/outside.ts';
import { loadManifest } from '../../core/saved-state/files.ts';
import type { HostIdentity } from '../../core/saved-state/fit.ts';
import type { Agreements } from '../agreements.ts';
import type { AgentContext } from '../context.ts';
import type { Machines } from '../machines.ts';
import { viewMachine } from '../view.ts';

/** What the machine would use outside its bundle, and what of that waits for the person's agreement. */
export async function outsideMachine(
  { machines, agreements }: AgentContext,
  { machine: reference }: MachineRef,
): Promise<{ readonly all: readonly string[]; readonly missing: readonly string[] }> {
  const { config } = await machines.usable(reference);
  return { all: outsideOf(config), missing: agreements.missing(config) };
}

/**
 * The person agrees to exactly what they were shown. Throws CONSENT_NEEDED with the list as it is
 * now when the machine has come to name something else since.
 */
export async function trustMachine(
  { machines, agreements, log }: AgentContext,
  { machine: reference, outside }: MachineRef & { readonly outside: readonly string[] },
): Promise<MachineView> {
  const machine = await machines.usable(reference);
  const shown = new Set(outside);
  if (agreements.missing(machine.config).some((line) => !shown.has(line))) {
    agreements.assertAgreed(machine.config);
  }
  await agreements.agree(machine.config, agreements.missing(machine.config));
  log.info({ machine: machine.config.name }, 'may use what it names outside its bundle');
  return viewMachine(machine);
}

/**
 * A library that an older Torpor made has no agreements yet. Its machines that run, or whose saved
 * state was made on this computer by this user, have used what they name, and go on so; the others
 * are asked about once.
 */
export async function agreeToEarlierUse(
  machines: Machines,
  agreements: Agreements,
  host: HostIdentity,
): Promise<void> {
  for (const { session, savedState, bundle, config } of machines.open()) {
    const lines = agreements.missing(config);
    if (lines.length === 0) continue;
    if (session === undefined && savedState === undefined) continue;
    if (session === undefined) {
      const manifest = await loadManifest(bundle);
      const isOurs = manifest.host.id === host.id && manifest.host.userId === host.userId;
      if (!isOurs || manifest.machineId !== config.id) continue;
    }
    await agreements.agree(config, lines);
  }
}
