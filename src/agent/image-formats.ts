/**
 * Disk images that are neither raw nor qcow2, by their first bytes, as QEMU's own probes tell them
 * apart (block/vmdk.c, vdi.c, vhdx.c, vpc.c, qed.c, parallels.c). Taken for raw, such a file would
 * boot nothing and be destroyed by what the guest writes.
 */
const foreign: readonly {
  readonly name: string;
  /** How `qemu-img convert -f` calls it. */
  readonly id: string;
  readonly at: number;
  readonly magic: Buffer;
}[] = [
  { name: 'VMDK', id: 'vmdk', at: 0, magic: Buffer.from('KDMV') },
  { name: 'VMDK', id: 'vmdk', at: 0, magic: Buffer.from('COWD') },
  { name: 'VMDK', id: 'vmdk', at: 0, magic: Buffer.from('# Disk DescriptorFile') },
  { name: 'VDI', id: 'vdi', at: 0x40, magic: Buffer.from('7f10dabe', 'hex') },
  { name: 'VHDX', id: 'vhdx', at: 0, magic: Buffer.from('vhdxfile') },
  { name: 'VHD', id: 'vpc', at: 0, magic: Buffer.from('conectix') },
  { name: 'QED', id: 'qed', at: 0, magic: Buffer.from('QED\0') },
  { name: 'Parallels', id: 'parallels', at: 0, magic: Buffer.from('WithoutFreeSpace') },
  { name: 'Parallels', id: 'parallels', at: 0, magic: Buffer.from('WithouFreSpacExt') },
];

/** The format of an image that has to be converted first; undefined for every other file. */
export function foreignFormatOf(start: Buffer): { name: string; id: string } | undefined {
  return foreign.find(({ at, magic }) => start.subarray(at, at + magic.length).equals(magic));
}
