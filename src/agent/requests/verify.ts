import type { VerifyReport } from '../../contract/requests.ts';
import { TorporError } from '../../core/errors.ts';
import type { AgentContext } from '../context.ts';
import type { StateChecks } from '../state-checks.ts';

/** Compares a saved state with its digests, or has digests made later. */
export async function verifyMachine(
  { machines, log }: AgentContext,
  checks: StateChecks,
  { machine: reference, background }: { readonly machine: string; readonly background: boolean },
): Promise<VerifyReport> {
  const machine = await machines.usable(reference);
  const { name } = machine.config;
  if (background) {
    checks.digestLater(machine);
    return { name, verification: null };
  }
  machines.assertFree(machine);
  if (machine.savedState === undefined && machine.status === 'suspended') {
    throw new TorporError(
      'STATE_DAMAGED',
      machine.problem?.message ?? 'The saved state cannot be read.',
    );
  }
  const verification = await checks.verify(machine);
  log.info({ machine: name, verdict: verification.verdict }, 'verified');
  return { name, verification };
}
