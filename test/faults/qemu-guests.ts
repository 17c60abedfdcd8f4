import { execFile } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { guestConsoleAt } from '../../guest/console.ts';
import type { CreateRequest } from '../../src/contract/requests.ts';
import { bootDisk, parseTick } from '../support/boot-sector.ts';
import { guestImage } from '../support/guest-image.ts';

const run = promisify(execFile);

/** What runs in the machines of a world; a console is the unix socket on which the agent serves it. */
export interface WorldGuest {
  /** Makes its images in `folder`, and says what its machines are made of. */
  provide(folder: string): Promise<Pick<CreateRequest, 'boot' | 'disks'> & { memoryMiB: number }>;
  /** What exists only in its memory. */
  nonce(console: string): Promise<string>;
  readonly occupy?: (console: string) => Promise<void>;
}

/** A boot sector, which takes a tenth of a second and has no disk of its own. */
export const bootSectorGuest: WorldGuest = {
  async provide(folder) {
    const from = join(folder, 'boot.raw');
    await writeFile(from, bootDisk());
    return { boot: 'bios', memoryMiB: 16, disks: [{ kind: 'copy', from, format: 'raw' }] };
  },

  async nonce(console) {
    const socket = connect(console);
    try {
      for await (const line of createInterface({ input: socket })) {
        const tick = parseTick(line);
        if (tick !== undefined) return tick.nonce;
      }
      throw new Error('the guest ended before it said anything');
    } finally {
      socket.destroy();
    }
  },
};

/** Linux with an ext4 file system on its disk. */
export const linuxGuest: WorldGuest = {
  async provide(folder) {
    const { kernel, initrd, commandLine } = guestImage();
    const from = join(folder, 'ext4.raw');
    await writeFile(from, '');
    await truncate(from, 64 * 1024 * 1024);
    await run('mkfs.ext4', ['-q', from]);
    return {
      boot: { kernel, initrd, commandLine },
      memoryMiB: 128,
      disks: [{ kind: 'copy', from, format: 'raw' }],
    };
  },

  nonce: async (console) => (await guestConsoleAt(console).tick()).nonce,

  async occupy(console) {
    const guest = guestConsoleAt(console);
    await guest.next(/^(READY|TICK)/);
    await guest.sh('mkdir /tmp/disk && mount -t ext4 /dev/vda /tmp/disk');
    await guest.sh('echo kept > /tmp/disk/kept && sync');
    await guest.sh(`(${writer}) </dev/null >/dev/null 2>&1 3>&- &`);
  },
};

/** Makes, fills and removes files, and flushes them now and then. */
const writer =
  'i=0; while :; do i=$((i+1)); echo $i > /tmp/disk/$((i%40)); rm -f /tmp/disk/$(((i+7)%40)); [ $((i%10)) != 0 ] || sync; done';

/**
 * Throws unless the file system of the Linux guest, which has booted again, is clean once its kernel has
 * done what it does after a power cut, and holds what was flushed.
 */
export async function checkFileSystem(console: string): Promise<void> {
  const guest = guestConsoleAt(console);
  await guest.sh('mkdir /tmp/disk && mount -t ext4 /dev/vda /tmp/disk');
  const kept = await guest.sh('cat /tmp/disk/kept');
  if (kept[0] !== 'kept') throw new Error('what was flushed is gone');
  await guest.sh('umount /tmp/disk');
  await guest.sh('e2fsck -f -n /dev/vda');
}
