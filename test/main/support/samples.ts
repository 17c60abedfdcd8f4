import type { AppState, MachineView } from '../../../src/contract/app-state.ts';
import { possibleOperations } from '../../../src/core/status.ts';

/** A machine as the agent tells of it; what it can do follows from its status. */
export function machine(changes: Partial<MachineView> = {}): MachineView {
  const { name = 'Demo', status = 'stopped' } = changes;
  return {
    id: `id-of-${name}`,
    name,
    path: `/library/${name}.torpor`,
    status,
    driver: 'qemu',
    memoryMiB: 64,
    cpus: 1,
    savedState: null,
    problem: null,
    progress: null,
    operations: possibleOperations(status),
    lastUsed: 0,
    ...changes,
  };
}

/** As `machine`, while something goes on. */
export function busyMachine(
  status: 'suspending' | 'restoring',
  changes: Partial<MachineView> = {},
): MachineView {
  const progress = { status, startedAt: 0, amount: { done: 1, total: 4 }, cancellable: true };
  return machine({ status, progress, ...changes });
}

export function suspended(reason: 'user' | 'quit' | 'sleep' | 'idle', wasPaused = false) {
  return {
    createdAt: '2026-01-01T00:00:00.000Z',
    bytes: 1,
    reason,
    mode: 'instant',
    wasPaused,
  } as const;
}

export function stateOf(...machines: readonly MachineView[]): AppState {
  return {
    revision: 1,
    agent: { version: '0', pid: 1, startedAt: '2026-01-01T00:00:00.000Z', phase: 'ready' },
    library: { path: '/library', space: null, problem: null },
    machines,
    creations: [],
    downloads: [],
    outlook: null,
  };
}
