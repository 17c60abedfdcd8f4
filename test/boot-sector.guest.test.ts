import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bootDisk, bootSector, parseTick } from './support/boot-sector.ts';
import { startPlainQemu } from './support/plain-qemu.ts';
import { folderForTest } from './support/volume.ts';

const tick = /^T .*$/;

async function firstTicks(args: string[]) {
  const qemu = startPlainQemu(['-m', '16M', ...args]);
  const ticks = [];
  for (let count = 0; count < 3; count += 1) {
    ticks.push(parseTick((await qemu.serial.next(tick))[0]));
  }
  return ticks;
}

test.skipIf(process.arch !== 'x64')(
  'counts with one nonce, and with another after a reboot',
  async () => {
    const folder = await folderForTest();
    const floppy = join(folder, 'floppy');
    const disk = join(folder, 'disk');
    await writeFile(floppy, bootSector());
    await writeFile(disk, bootDisk());
    const runs = [
      await firstTicks([
        '-machine',
        'pc-i440fx-7.2',
        '-drive',
        `if=floppy,format=raw,file=${floppy}`,
      ]),
      await firstTicks(['-machine', 'pc-q35-7.2', '-drive', `if=virtio,format=raw,file=${disk}`]),
    ];
    for (const ticks of runs) {
      expect(ticks.map((each) => each?.counter)).toEqual([1, 2, 3]);
      expect(new Set(ticks.map((each) => each?.nonce)).size).toBe(1);
    }
    expect(runs[0]?.[0]?.nonce).not.toBe(runs[1]?.[0]?.nonce);
  },
);
