import { type FileHandle, open } from 'node:fs/promises';

/**
 * What QEMU's blklogwrites driver has recorded of a disk: every write and flush, in order. The format is
 * that of the Linux device mapper's log-writes target (Documentation/admin-guide/device-mapper/log-writes.rst).
 */
export interface Entry {
  readonly kind: 'write' | 'flush' | 'discard';
  /** Where the entry begins in the log: what was recorded earlier begins at a smaller offset. */
  readonly at: number;
  /** On the disk, in bytes. */
  readonly offset: number;
  readonly bytes: number;
}

const magic = 0x6a736677736872n;
const flags = { flush: 1n, discard: 4n };

/** The entries of the log in `path`, which nobody writes to any more. */
export async function readWriteLog(path: string): Promise<Entry[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = await read(file, 0, 512);
    if (head.readBigUInt64LE(0) !== magic) throw new Error(`${path} is no log of writes`);
    const sectorBytes = head.readUInt32LE(24);
    const entries: Entry[] = [];
    let at = sectorBytes;
    while (at + sectorBytes <= size) {
      const header = await read(file, at, 32);
      const [sector, sectors, flag] = [0, 8, 16].map((place) => header.readBigUInt64LE(place));
      if (sector === undefined || sectors === undefined || flag === undefined) break;
      if (sectors === 0n && flag === 0n) break;
      const bytes = Number(sectors) * sectorBytes;
      const kind = kindOf(flag);
      entries.push({ kind, at, offset: Number(sector) * sectorBytes, bytes });
      at += sectorBytes + (kind === 'write' ? bytes : 0);
    }
    return entries;
  } finally {
    await file.close();
  }
}

/** Applies a write of the log `log` to the disk image `disk`. Its data follow its header of one sector. */
export async function replay(log: FileHandle, disk: FileHandle, entry: Entry): Promise<void> {
  if (entry.kind !== 'write') return;
  const data = await read(log, entry.at + 512, entry.bytes);
  await disk.write(data, 0, data.length, entry.offset);
}

function kindOf(flag: bigint): Entry['kind'] {
  if ((flag & flags.discard) !== 0n) return 'discard';
  return (flag & flags.flush) === 0n ? 'write' : 'flush';
}

async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  await file.read(buffer, 0, bytes, position);
  return buffer;
}
