import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { TorporError } from '../../core/errors.ts';

/**
 * Seconds of CPU time that process `pid` has used so far, all its threads together: QEMU's virtual CPUs
 * and its devices. Throws GUEST_ENDED when there is no such process.
 */
export async function cpuSecondsOf(pid: number, platform = process.platform): Promise<number> {
  try {
    return platform === 'linux'
      ? parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'))
      : parsePsTime((await run('ps', ['-o', 'time=', '-p', String(pid)])).stdout);
  } catch (cause) {
    throw new TorporError('GUEST_ENDED', `QEMU’s CPU time cannot be read.`, { cause });
  }
}

const run = promisify(execFile);

/** The kernel tells users hundredths of a second on every architecture (USER_HZ, proc_pid_stat(5)). */
const ticksPerSecond = 100;

/** utime and stime are fields 14 and 15; the program's name, field 2, may hold anything but ends in `)`. */
export function parseStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return sure((Number(fields[11]) + Number(fields[12])) / ticksPerSecond, text);
}

/** ps(1): `[dd-]hh:mm:ss` or, on macOS, `mmm:ss.cc`. */
export function parsePsTime(text: string): number {
  const [, days, ...rest] = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
  const [hours, minutes, seconds] = rest.map((part) => Number(part ?? 0));
  return sure(
    Number(days ?? 0) * 86_400 +
      (hours ?? Number.NaN) * 3600 +
      (minutes ?? Number.NaN) * 60 +
      (seconds ?? Number.NaN),
    text,
  );
}

function sure(seconds: number, text: string): number {
  if (Number.isFinite(seconds)) return seconds;
  throw new TypeError(`This is no CPU time: ${text.slice(0, 200)}`);
}
