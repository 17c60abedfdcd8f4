/**
 * The smallest guest: a boot sector that counts on the first serial port of a PC, 0.2 s after power-on.
 *
 *   T <counter> <nonce>        8 and 16 hexadecimal digits, every 55 ms, the counter from 1
 *
 * Counter and nonce exist only in registers and memory. The nonce is the BIOS time of day and the processor's
 * time stamp at the start, so a rebooted guest has another one. Assembled by hand, a row per instruction
 * with its offset, so that nobody needs an assembler.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CreateRequest } from '../../src/contract/requests.ts';

const code = [
  [0x31, 0xc0], //                         00         xor  ax, ax
  [0x8e, 0xd8], //                         02         mov  ds, ax
  [0x8e, 0xd0], //                         04         mov  ss, ax
  [0xbc, 0x00, 0x7c], //                   06         mov  sp, 0x7c00       stack below this code
  [0xba, 0xfb, 0x03], //                   09         mov  dx, 0x3fb        line control of COM1:
  [0xb0, 0x03], //                         0c         mov  al, 3            8 data bits, no parity
  [0xee], //                               0e         out  dx, al
  [0xb4, 0x02], //                         0f         mov  ah, 2            BIOS: time of the real-time clock
  [0xcd, 0x1a], //                         11         int  0x1a
  [0x89, 0x0e, 0x06, 0x90], //             13         mov  [0x9006], cx     hours and minutes
  [0x89, 0x16, 0x04, 0x90], //             17         mov  [0x9004], dx     seconds
  [0x0f, 0x31], //                         1b         rdtsc
  [0x66, 0xa3, 0x00, 0x90], //             1d         mov  [0x9000], eax    the low half of the nonce
  [0x66, 0x31, 0xc9], //                   21         xor  ecx, ecx         the counter
  [0x66, 0x41], //                         24  next:  inc  ecx
  [0xb0, 0x54], //                         26         mov  al, 'T'
  [0xe8, 0x43, 0x00], //                   28         call put
  [0xb0, 0x20], //                         2b         mov  al, ' '
  [0xe8, 0x3e, 0x00], //                   2d         call put
  [0x66, 0x89, 0xca], //                   30         mov  edx, ecx
  [0xe8, 0x1e, 0x00], //                   33         call hex
  [0xb0, 0x20], //                         36         mov  al, ' '
  [0xe8, 0x33, 0x00], //                   38         call put
  [0x66, 0x8b, 0x16, 0x04, 0x90], //       3b         mov  edx, [0x9004]
  [0xe8, 0x11, 0x00], //                   40         call hex
  [0x66, 0x8b, 0x16, 0x00, 0x90], //       43         mov  edx, [0x9000]
  [0xe8, 0x09, 0x00], //                   48         call hex
  [0xb0, 0x0a], //                         4b         mov  al, '\n'
  [0xe8, 0x1e, 0x00], //                   4d         call put
  [0xfb], //                               50         sti
  [0xf4], //                               51         hlt                   until the BIOS timer, 18.2 Hz
  [0xeb, 0xd0], //                         52         jmp  next
  [0xb3, 0x08], //                         54  hex:   mov  bl, 8            prints edx
  [0x66, 0xc1, 0xc2, 0x04], //             56  digit: rol  edx, 4           the highest digit first
  [0x88, 0xd0], //                         5a         mov  al, dl
  [0x24, 0x0f], //                         5c         and  al, 15
  [0x04, 0x30], //                         5e         add  al, '0'
  [0x3c, 0x39], //                         60         cmp  al, '9'
  [0x76, 0x02], //                         62         jbe  print
  [0x04, 0x27], //                         64         add  al, 'a' - '9' - 1
  [0xe8, 0x05, 0x00], //                   66  print: call put
  [0xfe, 0xcb], //                         69         dec  bl
  [0x75, 0xe9], //                         6b         jnz  digit
  [0xc3], //                               6d         ret
  [0x66, 0x52], //                         6e  put:   push edx              prints al
  [0x50], //                               70         push ax
  [0xba, 0xfd, 0x03], //                   71         mov  dx, 0x3fd        line status of COM1
  [0xec], //                               74  wait:  in   al, dx
  [0xa8, 0x20], //                         75         test al, 0x20         can it take a byte?
  [0x74, 0xfb], //                         77         jz   wait
  [0x58], //                               79         pop  ax
  [0xba, 0xf8, 0x03], //                   7a         mov  dx, 0x3f8        data of COM1
  [0xee], //                               7d         out  dx, al
  [0x66, 0x5a], //                         7e         pop  edx
  [0xc3], //                               80         ret
].flat();

/** The 512 bytes, with the signature a BIOS looks for. Boots as a floppy on `pc`. */
export function bootSector(): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set(code);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/**
 * The boot sector as a raw hard disk, for `pc` and `q35`. 1 MiB: SeaBIOS does not boot a hard disk of one
 * sector, it prints nothing (seen with QEMU 7.2, virtio and IDE).
 */
export function bootDisk(): Uint8Array {
  const disk = new Uint8Array(1 << 20);
  disk.set(bootSector());
  return disk;
}

/** What a complete line of the guest says, or undefined for any other line. */
export function parseTick(line: string): { counter: number; nonce: string } | undefined {
  const match = /^T ([0-9a-f]{8}) ([0-9a-f]{16})$/.exec(line.trim());
  const [, counter, nonce] = match ?? [];
  if (counter === undefined || nonce === undefined) return undefined;
  return { counter: Number.parseInt(counter, 16), nonce };
}

/** What to ask for to get a machine of the guest that counts; its disk is written into `folder`. */
export function countingMachine(
  folder: string,
  name: string,
  policy: CreateRequest['policy'] = {},
): CreateRequest {
  const disk = path.join(folder, 'boot.raw');
  writeFileSync(disk, bootDisk());
  return {
    name,
    memoryMiB: 64,
    cpus: 1,
    boot: 'bios',
    disks: [{ kind: 'copy', from: disk, format: 'raw' }],
    network: false,
    display: 'vnc',
    policy,
  };
}
