import type { AppState, MachineView, Problem } from '../../contract/app-state.ts';
import { statusText } from './list.ts';
import { printable } from './printable.ts';
import { formatClock } from './time.ts';

/** What is there when watching begins. */
export function stateLines({ machines }: AppState): string[] {
  return machines.map((machine) => printable(`${machine.name}: ${statusText(machine)}`));
}

/** What happened between two states, a line each; progress within one operation is no news. */
export function changeLines(before: AppState, after: AppState, now: number): string[] {
  const clock = formatClock(now);
  const known = new Map(before.machines.map((machine) => [keyOf(machine), machine]));
  const lines = after.machines.flatMap((machine) => {
    const earlier = known.get(keyOf(machine));
    known.delete(keyOf(machine));
    return earlier === undefined
      ? [`${machine.name}: new, ${machine.status}`]
      : machineChanges(earlier, machine);
  });
  for (const { name } of known.values()) lines.push(`${name}: gone`);
  if (before.agent.phase !== after.agent.phase) lines.push(`agent: ${after.agent.phase}`);
  return lines.map((line) => `${clock}  ${printable(line)}`);
}

export function noticeLines(machine: string | null, problem: Problem, now: number): string[] {
  const subject = machine === null ? '' : `${machine}: `;
  const hint = problem.hint === undefined ? [] : [`          ${problem.hint}`];
  return [`${formatClock(now)}  ${printable(`${subject}${problem.message}`)}`, ...hint];
}

function machineChanges(before: MachineView, after: MachineView): string[] {
  const lines: string[] = [];
  if (before.name !== after.name) lines.push(`${before.name}: is now called “${after.name}”`);
  if (before.status !== after.status)
    lines.push(`${after.name}: ${before.status} → ${after.status}`);
  const { problem } = after;
  if (problem !== null && problem.message !== before.problem?.message) {
    lines.push(`${after.name}: ${problem.message}`);
  }
  return lines;
}

/** A broken machine has no id, but a bundle. */
function keyOf({ id, path }: MachineView): string {
  return id === '' ? path : id;
}
