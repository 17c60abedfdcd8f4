import type { Disk, Hardware } from '../../core/config.ts';
import { TorporError } from '../../core/errors.ts';
import type { Accelerator } from './accelerator.ts';
import type { Firmware } from './architecture.ts';

/** Guest memory: a file mapped shared (instant mode), or anonymous. Both are the RAM block `ram`. */
export type GuestMemory =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'anonymous' };

/** Everything a command line depends on; the same input gives the same arguments. */
export interface CommandLineInput {
  readonly id: string;
  readonly hardware: Hardware;
  readonly accelerator: Accelerator;
  readonly memory: GuestMemory;
  /** Absolute paths of the hardware's disks, in its order. */
  readonly diskPaths: readonly string[];
  /** Absolute paths of the boot files, for a direct kernel boot. */
  readonly kernel?: { readonly kernel: string; readonly initrd: string | null };
  /** For UEFI: `variables` is the machine's own copy. */
  readonly firmware?: Firmware;
  readonly sockets: Sockets;
  readonly pidFile: string;
  /** Whether this QEMU was built with its seccomp sandbox. */
  readonly sandbox: boolean;
  /** Waits for a migration instead of booting. */
  readonly incoming: boolean;
}

/** Unix sockets in the machine's run directory; QEMU listens on all but `ready`. */
export interface Sockets {
  readonly qmp: string;
  readonly serial: string;
  readonly guestAgent: string;
  readonly vnc: string;
  readonly incoming: string;
  /** Torpor listens here; QEMU connects when everything else is set up. */
  readonly ready: string;
}

/**
 * The arguments that run a machine, always stopped at first (`-S`), so that no event is missed.
 * Names and paths go in as JSON or with commas doubled: none of them can become an option.
 */
export function commandLine(input: CommandLineInput): string[] {
  const { hardware, sockets } = input;
  return [
    ...['-nodefaults', '-no-user-config', '-S'],
    ...['-name', input.id, '-uuid', input.id],
    ...['-machine', machine(input), '-accel', input.accelerator, '-cpu', hardware.cpuModel],
    ...['-smp', `cpus=${hardware.cpus}`, '-m', `${hardware.memoryMiB}M`],
    ...['-object', memoryObject(input)],
    ...chardevServer('qmp', sockets.qmp),
    ...['-mon', 'chardev=qmp,mode=control'],
    ...['-pidfile', input.pidFile],
    ...(input.sandbox ? ['-sandbox', sandboxRules] : []),
    ...boot(input),
    ...hardware.disks.flatMap((disk, index) => diskArguments(disk, input.diskPaths[index], index)),
    ...iso(hardware),
    ...network(hardware),
    ...display(hardware, sockets),
    ...chardevServer('serial', sockets.serial),
    ...['-serial', 'chardev:serial'],
    ...device({ driver: 'virtio-serial-pci', id: 'virtio-serial' }),
    ...chardevServer('guest-agent', sockets.guestAgent),
    ...device({
      driver: 'virtserialport',
      bus: 'virtio-serial.0',
      chardev: 'guest-agent',
      name: 'org.qemu.guest_agent.0',
    }),
    ...['-object', JSON.stringify({ 'qom-type': 'rng-builtin', id: 'rng' })],
    ...device({ driver: 'virtio-rng-pci', rng: 'rng', id: 'virtio-rng' }),
    ...device({ driver: 'virtio-balloon-pci', id: 'balloon' }),
    ...(input.incoming ? ['-incoming', 'defer'] : []),
    // Last, since QEMU makes its character devices in this order: when it connects, all listen.
    ...['-chardev', `socket,id=ready,path=${escaped(sockets.ready)}`],
  ];
}

/** What libvirt forbids too: new privileges, other programs, priorities, obsolete system calls. */
const sandboxRules = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

function machine({ hardware, firmware }: CommandLineInput): string {
  const flash = firmware === undefined ? '' : ',pflash0=firmware-code,pflash1=firmware-variables';
  return `${hardware.machineType},memory-backend=ram${flash}`;
}

function memoryObject({ hardware, memory }: CommandLineInput): string {
  const size = hardware.memoryMiB * 1024 * 1024;
  const object =
    memory.kind === 'file'
      ? { 'qom-type': 'memory-backend-file', 'mem-path': memory.path, share: true }
      : { 'qom-type': 'memory-backend-ram' };
  return JSON.stringify({ ...object, id: 'ram', size });
}

function boot({ hardware, kernel, firmware }: CommandLineInput): string[] {
  switch (hardware.boot.kind) {
    case 'bios':
      return ['-boot', 'menu=off,strict=on'];
    case 'uefi':
      if (firmware === undefined) throw new TorporError('INTERNAL', 'UEFI without firmware');
      return [
        ...block({
          driver: 'file',
          'node-name': 'firmware-code',
          filename: firmware.code,
          'read-only': true,
        }),
        ...block({
          driver: 'file',
          'node-name': 'firmware-variables',
          filename: firmware.variables,
        }),
      ];
    case 'kernel':
      if (kernel === undefined) throw new TorporError('INTERNAL', 'kernel boot without a kernel');
      return [
        ...['-kernel', kernel.kernel],
        ...(kernel.initrd === null ? [] : ['-initrd', kernel.initrd]),
        ...['-append', hardware.boot.commandLine],
      ];
    case 'macos':
      throw new TorporError('CAPABILITY_MISSING', 'QEMU does not run macOS guests here.', {
        hint: 'Create the machine with the driver “vz” on a Mac with Apple silicon.',
      });
  }
}

/**
 * A disk stops the guest on an I/O error instead of failing the write: the guest goes on, none the
 * wiser, once the volume has room or the server is back. A backing file named inside an image is not
 * opened: it could name any file of the host.
 */
function diskArguments(disk: Disk, path: string | undefined, index: number): string[] {
  if (path === undefined) throw new TorporError('INTERNAL', `no path for disk ${disk.id}`);
  const node = `disk-${disk.id}`;
  return [
    ...block({
      driver: disk.format,
      'node-name': node,
      'read-only': disk.readOnly,
      ...(disk.format === 'qcow2' ? { backing: null } : {}),
      discard: 'unmap',
      file: { driver: 'file', filename: path },
    }),
    ...device({
      driver: 'virtio-blk-pci',
      id: disk.id,
      drive: node,
      bootindex: index + 1,
      rerror: 'stop',
      werror: 'stop',
    }),
  ];
}

function iso({ iso: path, architecture, disks }: Hardware): string[] {
  if (path === null) return [];
  const node = { 'node-name': 'iso', 'read-only': true };
  const medium = block({ driver: 'raw', ...node, file: { driver: 'file', filename: path } });
  const bootindex = disks.length + 1;
  if (architecture === 'x86_64') {
    return [...medium, ...device({ driver: 'ide-cd', id: 'cdrom', drive: 'iso', bootindex })];
  }
  return [
    ...medium,
    ...device({ driver: 'virtio-scsi-pci', id: 'scsi' }),
    ...device({ driver: 'scsi-cd', id: 'cdrom', drive: 'iso', bus: 'scsi.0', bootindex }),
  ];
}

/** Without a boot ROM: booting from the network is not offered, and the ROM would be one more file to fit. */
function network({ network: card }: Hardware): string[] {
  if (card === null) return [];
  return [
    ...['-netdev', JSON.stringify({ type: 'user', id: 'net' })],
    ...device({ driver: 'virtio-net-pci', id: 'nic', netdev: 'net', mac: card.mac, romfile: '' }),
  ];
}

function display({ display: kind, architecture }: Hardware, { vnc }: Sockets): string[] {
  if (kind === 'none') return ['-display', 'none', '-vga', 'none'];
  const graphics =
    architecture === 'x86_64'
      ? device({ driver: 'VGA', id: 'display' })
      : device({ driver: 'virtio-gpu-pci', id: 'display' });
  return [
    ...['-display', 'none', '-vnc', `unix:${escaped(vnc)}`, '-vga', 'none'],
    ...graphics,
    ...device({ driver: 'qemu-xhci', id: 'usb' }),
    ...device({ driver: 'usb-tablet', bus: 'usb.0', id: 'tablet' }),
    ...device({ driver: 'usb-kbd', bus: 'usb.0', id: 'keyboard' }),
  ];
}

function chardevServer(id: string, path: string): string[] {
  return ['-chardev', `socket,id=${id},path=${escaped(path)},server=on,wait=off`];
}

function block(options: Readonly<Record<string, unknown>>): string[] {
  return ['-blockdev', JSON.stringify(options)];
}

function device(options: Readonly<Record<string, unknown>>): string[] {
  return ['-device', JSON.stringify(options)];
}

/** QEMU's option syntax separates with commas and reads two as one. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,');
}
