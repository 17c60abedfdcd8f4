import type { MachineView, Problem } from '../../contract/app-state.ts';
import type { Context } from '../context.ts';
import { printable } from './printable.ts';
import { formatBytes, formatMiB } from './size.ts';
import { styles } from './style.ts';
import { plainTable } from './table.ts';
import { formatAgo } from './time.ts';

type Look = Pick<Context, 'color' | 'terminal'>;

/** The machines as a table, and below it what is wrong with any of them, or with their volume. */
export function listLines(
  machines: readonly MachineView[],
  ofLibrary: Problem | null,
  look: Look,
): string[] {
  if (machines.length === 0) {
    return ['There are no machines yet. “torpor create NAME --iso FILE” makes one.'];
  }
  const style = styles(look.color);
  const heading = ['NAME', 'STATUS', 'DRIVER', 'MEMORY', 'CPUS', 'SAVED STATE', 'LAST USED'];
  const rows = machines.map((machine) => [
    printable(machine.name),
    style.status(statusText(machine), machine.status),
    machine.driver ?? '',
    machine.memoryMiB === null ? '' : formatMiB(machine.memoryMiB),
    machine.cpus === null ? '' : String(machine.cpus),
    machine.savedState === null ? '' : formatBytes(machine.savedState.bytes),
    lastUsedText(machine, look.terminal.now()),
  ]);
  const problems = machines.flatMap(({ name, problem }) => {
    if (problem === null) return [];
    const hint = problem.hint === undefined ? [] : [`  ${problem.hint}`];
    return ['', `${style.bad(`${printable(name)}:`)} ${printable(problem.message)}`, ...hint];
  });
  const warning =
    ofLibrary === null ? [] : ['', style.bad(ofLibrary.message), `  ${ofLibrary.hint ?? ''}`];
  return [...plainTable([heading.map(style.heading), ...rows]), ...problems, ...warning];
}

/** The status, with how far it is where that is known. */
export function statusText({ status, progress }: MachineView): string {
  const amount = progress?.amount;
  if (!amount || amount.total === 0) return status;
  return `${status} ${Math.floor(Math.min(1, amount.done / amount.total) * 100)} %`;
}

export function lastUsedText({ status, lastUsed }: MachineView, now: number): string {
  if (status === 'running') return 'now';
  return lastUsed === 0 ? 'never' : formatAgo(lastUsed, now);
}
