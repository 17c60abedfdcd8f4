import type { MachineRef } from '../../contract/requests.ts';
import { bundleAt } from '../../core/library/bundle.ts';
import type { Machine } from '../../core/machine.ts';
import {
  measureSetAside,
  outdatedSetAside,
  removeSetAside,
  type SetAsideState,
} from '../../core/saved-state/set-aside.ts';
import { isBusy } from '../../core/status.ts';
import type { AgentContext } from '../context.ts';
import { pathOf } from '../machines.ts';

/** Deletes every state of a machine that was set aside, as a person asked; of a broken one too. */
export async function cleanMachine(
  context: AgentContext,
  { machine: reference }: MachineRef,
): Promise<{ readonly removed: readonly SetAsideState[] }> {
  context.assertAccepting();
  const found = await context.machines.find(reference);
  const bundle = bundleAt(pathOf(found));
  const clean = async () => removeSetAside(bundle, await measureSetAside(bundle));
  if (found.kind === 'broken') return { removed: await clean() };
  return { removed: await whileQuiet(context, found.machine, clean) };
}

/**
 * Deletes what was set aside more than `days` ago, of every machine that nothing else works on, and
 * never the last state that one has; see outdatedSetAside(). What fails is logged.
 */
export async function cleanOutdated(context: AgentContext, days: number): Promise<void> {
  for (const machine of context.machines.open()) {
    const { bundle, config } = machine;
    try {
      const states = await measureSetAside(bundle);
      const outdated = await outdatedSetAside(bundle, states, days);
      if (outdated.length === 0 || machine.progress !== undefined) continue;
      await whileQuiet(context, machine, () => removeSetAside(bundle, outdated));
      for (const { path, at, bytes } of outdated) {
        context.log.info(
          { machine: config.name, path, at, bytes },
          'a set-aside state was deleted',
        );
      }
    } catch (error) {
      context.log.warn({ machine: config.name, error }, 'set-aside states could not be deleted');
    }
  }
}

/** A cold start that fails puts back what it had set aside: nothing may delete that meanwhile. */
function whileQuiet<T>(
  { machines }: AgentContext,
  machine: Machine,
  work: () => Promise<T>,
): Promise<T> {
  return machines.hold(machine, 'being cleaned', () => {
    if (machine.progress !== undefined) throw isBusy('discardState', machine.config.name);
    return work();
  });
}
