import type { MachineView } from '../../contract/app-state.ts';
import type { Words } from '../text/text.ts';
import { fractionDone } from './upkeep.ts';

/** The status of a machine in words; for a suspended one since when. */
export function statusWords(machine: MachineView, now: number, { text, format }: Words): string {
  const { status, savedState, lastUsed, progress } = machine;
  const phase = progress?.amount?.phase;
  if (phase !== undefined) return text.phase[phase];
  if (status === 'suspended' && savedState !== null) {
    const ago = format.ago(Date.parse(savedState.createdAt), now);
    return savedState.wasPaused
      ? text.statusSince.suspendedPaused(ago)
      : text.statusSince.suspended(ago);
  }
  if (status === 'stopped') {
    return lastUsed === 0
      ? text.statusSince.never
      : text.statusSince.stopped(format.ago(lastUsed, now));
  }
  return text.status[status];
}

/** What its memory means to this computer now: in use, freed, or as much as it will take. */
export function memoryWords(machine: MachineView, { text, format }: Words): string {
  const { status, memoryMiB } = machine;
  if (memoryMiB === null) return '';
  const amount = format.mebibytes(memoryMiB);
  if (status === 'suspended') return text.memory.freed(amount);
  return status === 'stopped' || status === 'broken'
    ? text.memory.has(amount)
    : text.memory.used(amount);
}

/** How far an operation is, and how long it still takes once that can be told. */
export function progressWords(machine: MachineView, now: number, { text, format }: Words): string {
  const { progress } = machine;
  const fraction = fractionDone(machine);
  if (progress === null || fraction === null) return '';
  const percent = format.percent(fraction);
  const left = timeLeft(progress.startedAt, fraction, now);
  return left === null ? percent : `${percent}, ${text.progress.left(format.duration(left))}`;
}

const soonest = 1000;

/** Milliseconds; null in the first second and the first percent, when any number would be a guess. */
export function timeLeft(startedAt: number, fraction: number, now: number): number | null {
  const passed = now - startedAt;
  if (passed < soonest || fraction < 0.01 || fraction >= 1) return null;
  return (passed * (1 - fraction)) / fraction;
}
