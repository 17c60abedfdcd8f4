import { rm } from 'node:fs/promises';
import type { Empty, MachineRef } from '../../contract/requests.ts';
import { TorporError } from '../../core/errors.ts';
import { faultPoint } from '../../core/fault-point.ts';
import { type Bundle, bundleAt } from '../../core/library/bundle.ts';
import { deleteBundle } from '../../core/library/library.ts';
import { assertCanPerform } from '../../core/status.ts';
import type { AgentContext } from '../context.ts';
import { pathOf } from '../machines.ts';
import { machineRunDirectory } from '../run-directory.ts';

/** Deletes a machine, a broken one too: to the trash of the system, or for good. */
export async function removeMachine(
  context: AgentContext,
  { machine: reference, permanently }: MachineRef & { readonly permanently: boolean },
): Promise<Empty> {
  context.assertAccepting();
  const { machines } = context;
  const found = await machines.find(reference);
  const bundle = bundleAt(pathOf(found));
  const remove = () => removeBundle(context, bundle, permanently);
  if (found.kind === 'broken') {
    await machines.restructure(remove);
    return {};
  }
  const { machine } = found;
  await machines.restructure(() =>
    machines.hold(machine, 'being deleted', async () => {
      assertCanPerform('delete', machine.status, machine.config.name);
      await faultPoint('delete.held');
      return remove();
    }),
  );
  await rm(machineRunDirectory(context.runDirectory, machine.config.id), {
    recursive: true,
    force: true,
  });
  await faultPoint('delete.removed');
  return {};
}

async function removeBundle(
  { library, trash }: AgentContext,
  bundle: Bundle,
  permanently: boolean,
): Promise<void> {
  if (permanently) return deleteBundle(library, bundle);
  try {
    await trash(bundle.path);
  } catch (error) {
    throw new TorporError('SYSTEM_CALL_FAILED', `${bundle.path} cannot be moved to the trash.`, {
      hint: 'Delete it for good with --permanently. It was not deleted.',
      cause: error,
    });
  }
  await faultPoint('delete.trashed');
}
