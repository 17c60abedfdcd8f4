/**
 * Whether the last run of the app ended in order. A file lies there from the start to the end of a run;
 * one that is found at the start tells of a crash, and of the machines that ran then.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AppState, MachineView } from '../../contract/app-state.ts';
import type { Recoverable } from '../../contract/lifecycle.ts';
import { errnoOf } from '../../core/errors.ts';
import { isAlive } from './plan.ts';

export interface RunMarker {
  /** The ids of the machines that were alive at a crash; null when the last run ended in order. */
  readonly crashed: readonly string[] | null;
  /** Notes which machines are alive now. Written at once, for a crash does not wait. */
  note(state: AppState): void;
  /** Ends the run in order. */
  remove(): void;
}

/** Reads what the last run left at `path`, and begins to note this one. */
export function openRunMarker(path: string): RunMarker {
  const crashed = readMarker(path);
  let written = '';
  const write = (ids: readonly string[]): void => {
    const text = JSON.stringify({ alive: ids });
    if (text === written) return;
    written = text;
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  // Until the agent has answered, what ran before is all that is known.
  write(crashed ?? []);
  return {
    crashed,
    note: ({ machines }) => write(machines.filter(isAlive).map(({ id }) => id)),
    remove: () => rmSync(path, { force: true }),
  };
}

function readMarker(path: string): readonly string[] | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  return idsIn(text);
}

/** A marker that cannot be read was cut short by the crash: it tells of a crash and of no machine. */
function idsIn(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('alive' in value)) return [];
    const { alive } = value;
    return Array.isArray(alive) ? alive.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/**
 * The machines that a crash took something from: those that were alive then, and those that would
 * have come back by themselves.
 */
export function recoverable(
  machines: readonly MachineView[],
  crashed: readonly string[],
): readonly Recoverable[] {
  return machines.flatMap((machine): readonly Recoverable[] => {
    const { id, name, status } = machine;
    if (!crashed.includes(id) && !isDueBack(machine)) return [];
    if (isAlive(machine)) return [{ id, name, left: 'running' }];
    if (status === 'suspended') return [{ id, name, left: 'suspended' }];
    return status === 'stopped' ? [{ id, name, left: 'lost' }] : [];
  });
}

/** As the agent restores at launch: what ran when it ended last. */
export function isDueBack({ status, savedState }: MachineView): boolean {
  if (status !== 'suspended' || savedState === null || savedState.wasPaused) return false;
  return savedState.reason === 'quit' || savedState.reason === 'shutdown';
}
