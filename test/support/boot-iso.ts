import { bootSector } from './boot-sector.ts';

const sectorBytes = 2048;

/**
 * A bootable medium whose program is the boot sector: ISO 9660 with an El Torito catalogue and no
 * file system, which is all that a BIOS reads. Layout from the El Torito specification 1.0.
 */
export function bootIso(): Uint8Array {
  const iso = Buffer.alloc(32 * sectorBytes);
  const at = (sector: number): Buffer => iso.subarray(sector * sectorBytes);

  volumeDescriptor(at(16), 1);
  volumeDescriptor(at(17), 0);
  at(17).write('EL TORITO SPECIFICATION', 7);
  at(17).writeUInt32LE(19, 71);
  volumeDescriptor(at(18), 255);
  catalogue(at(19), 20);
  at(20).set(bootSector());
  return iso;
}

function volumeDescriptor(sector: Buffer, kind: number): void {
  sector.writeUInt8(kind, 0);
  sector.write('CD001', 1);
  sector.writeUInt8(1, 6);
}

/** A validation entry, whose words add up to zero, and one entry: no emulation, four sectors of 512. */
function catalogue(sector: Buffer, imageSector: number): void {
  sector.writeUInt8(1, 0);
  sector.writeUInt16LE(0xaa55, 30);
  let sum = 0;
  for (let offset = 0; offset < 32; offset += 2) sum += sector.readUInt16LE(offset);
  sector.writeUInt16LE((0x10000 - (sum & 0xffff)) & 0xffff, 28);
  sector.writeUInt8(0x88, 32);
  sector.writeUInt16LE(4, 38);
  sector.writeUInt32LE(imageSector, 40);
}
