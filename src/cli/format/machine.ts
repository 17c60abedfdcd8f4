import type { MachineView } from '../../contract/app-state.ts';
import type { Outcome } from '../../contract/requests.ts';
import { formatBytes } from './size.ts';
import { formatSeconds } from './time.ts';

/** A machine as `--json` prints it; docs/cli.md has the shape. */
export function machineJson(view: MachineView) {
  const { id, name, status, driver, memoryMiB, cpus, savedState, problem } = view;
  return {
    id,
    name,
    status,
    driver,
    memoryMiB,
    cpus,
    savedState: savedState && {
      createdAt: savedState.createdAt,
      bytes: savedState.bytes,
      reason: savedState.reason,
      mode: savedState.mode,
      form: savedState.form ?? 'plain',
    },
    problem: problem && {
      code: problem.code,
      message: problem.message,
      hint: problem.hint ?? null,
    },
    path: view.path,
    lastUsed: view.lastUsed === 0 ? null : new Date(view.lastUsed).toISOString(),
    progress: view.progress,
  };
}

/** How an operation ended, in one line. */
export function outcomeText({ name, status, seconds, bytes }: Outcome): string {
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`;
  return `“${name}” is ${status} (${formatSeconds(seconds)}${size}).`;
}
