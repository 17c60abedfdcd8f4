/** How full the battery is, in per cent; null where there is none or nobody can tell. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export type BatteryReader = () => Promise<number | null>;

export function batteryReader(platform: NodeJS.Platform): BatteryReader {
  return platform === 'darwin' ? () => readPmset(runPmset) : () => readPowerSupplies();
}

async function runPmset(): Promise<string> {
  const { stdout } = await promisify(execFile)('/usr/bin/pmset', ['-g', 'batt']);
  return stdout;
}

/** ` -InternalBattery-0 (id=1234567)\t83%; discharging; 3:21 remaining present: true` */
export async function readPmset(run: () => Promise<string>): Promise<number | null> {
  const percent = /InternalBattery[^\n]*?(\d{1,3})%/.exec(await run())?.[1];
  return percent === undefined ? null : Number(percent);
}

/**
 * Linux: https://docs.kernel.org/power/power_supply_class.html. With several batteries the mean;
 * batteries of mice and the like (scope Device) do not count.
 */
export async function readPowerSupplies(
  folder = '/sys/class/power_supply',
): Promise<number | null> {
  const names = await readdir(folder).catch(() => []);
  const levels: number[] = [];
  for (const name of names) {
    const read = (file: string): Promise<string> =>
      readFile(path.join(folder, name, file), 'utf8').then(
        (text) => text.trim(),
        () => '',
      );
    if ((await read('type')) !== 'Battery' || (await read('scope')) === 'Device') continue;
    const capacity = await read('capacity');
    if (/^\d{1,3}$/.test(capacity)) levels.push(Number(capacity));
  }
  if (levels.length === 0) return null;
  return levels.reduce((sum, level) => sum + level, 0) / levels.length;
}
