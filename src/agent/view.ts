import { basename } from 'node:path';
import type { MachineView, StateCheck } from '../contract/app-state.ts';
import { bundleSuffix } from '../core/library/layout.ts';
import type { Machine } from '../core/machine.ts';
import { possibleOperations } from '../core/status.ts';
import type { Broken, Listed } from './machines.ts';

/** A machine as clients see it. While it is held by other work (a clone is made) nothing can be done. */
export function viewMachine(machine: Machine, held = false): MachineView {
  const { config, status } = machine;
  return {
    id: config.id,
    name: config.name,
    path: machine.bundle.path,
    status,
    driver: config.driver,
    memoryMiB: config.hardware.memoryMiB,
    cpus: config.hardware.cpus,
    savedState: machine.savedState ?? null,
    problem: machine.problem ?? null,
    progress: machine.progress ?? null,
    operations: held ? [] : possibleOperations(status),
    lastUsed: machine.lastUsed,
    ...(machine.form.amount === undefined ? {} : { compaction: machine.form.amount }),
  };
}

export function viewBroken({ bundle, config, problem }: Broken): MachineView {
  return {
    id: config?.id ?? '',
    name: config?.name ?? basename(bundle.path, bundleSuffix),
    path: bundle.path,
    status: 'broken',
    driver: config?.driver ?? null,
    memoryMiB: config?.hardware.memoryMiB ?? null,
    cpus: config?.hardware.cpus ?? null,
    savedState: null,
    problem,
    progress: null,
    operations: possibleOperations('broken'),
    lastUsed: 0,
  };
}

export function viewListed(
  listed: Listed,
  isHeld: (machine: Machine) => boolean = () => false,
  checkOf: (machine: Machine) => StateCheck | undefined = () => undefined,
): MachineView {
  if (listed.kind === 'broken') return viewBroken(listed);
  const { machine } = listed;
  const view = viewMachine(machine, isHeld(machine));
  const check = checkOf(machine);
  return check === undefined ? view : { ...view, check };
}
