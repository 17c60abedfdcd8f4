import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPmset, readPowerSupplies } from '../../../src/main/power/battery.ts';
import { folderForTest } from '../../support/volume.ts';

async function supplies(all: Record<string, Record<string, string>>): Promise<string> {
  const folder = await folderForTest();
  for (const [name, files] of Object.entries(all)) {
    await mkdir(join(folder, name));
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, name, file), `${text}\n`);
    }
  }
  return folder;
}

test('the mean of the computer’s own batteries', async () => {
  const folder = await supplies({
    AC: { type: 'Mains', online: '0' },
    BAT0: { type: 'Battery', capacity: '10' },
    BAT1: { type: 'Battery', capacity: '50' },
    mouse: { type: 'Battery', scope: 'Device', capacity: '3' },
  });
  expect(await readPowerSupplies(folder)).toBe(30);
});

test('a computer without one', async () => {
  expect(await readPowerSupplies(await supplies({ AC: { type: 'Mains' } }))).toBeNull();
  expect(await readPowerSupplies('/nonexistent')).toBeNull();
});

test('macOS', async () => {
  const drawing = `Now drawing from 'Battery Power'
 -InternalBattery-0 (id=4522083)\t7%; discharging; 0:21 remaining present: true`;
  expect(await readPmset(async () => drawing)).toBe(7);
  expect(await readPmset(async () => "Now drawing from 'AC Power'")).toBeNull();
});
