import { join } from 'node:path';
import { TorporError } from '../../core/errors.ts';

export type GuestArchitecture = 'x86_64' | 'aarch64';

/** What differs between guest architectures: data only. */
export interface ArchitectureFacts {
  /** QEMU's program for it. */
  readonly binary: string;
  /** What names of pinned machine types begin with; the version follows. */
  readonly machinePrefix: string;
  /** The machine for guests that want an old PC; undefined where there is none. */
  readonly biosMachinePrefix: string | undefined;
  /** The kernel's name of the first serial port, for `console=`. */
  readonly serialConsole: string;
  /**
   * The CPU under tcg: the best model that tcg emulates without a missing feature and that means
   * the same in every QEMU version. `max` does not: a state saved under it would not fit the next
   * QEMU, and QEMU does not notice. (Checked on QEMU 7.2; the x86 model is at level x86-64-v2.)
   */
  readonly tcgCpuModel: string;
}

export const architectures: Readonly<Record<GuestArchitecture, ArchitectureFacts>> = {
  x86_64: {
    binary: 'qemu-system-x86_64',
    machinePrefix: 'pc-q35-',
    biosMachinePrefix: 'pc-i440fx-',
    serialConsole: 'ttyS0',
    tcgCpuModel: 'Westmere-v1',
  },
  aarch64: {
    binary: 'qemu-system-aarch64',
    machinePrefix: 'virt-',
    biosMachinePrefix: undefined,
    serialConsole: 'ttyAMA0',
    tcgCpuModel: 'cortex-a72',
  },
};

/** UEFI firmware: code that is mapped read-only, and the variables a new machine gets a copy of. */
export interface Firmware {
  readonly code: string;
  readonly variables: string;
}

type Pairs = readonly (readonly [code: string, variables: string])[];

/** Relative to a data folder of QEMU, where QEMU's own build and so Homebrew put them. */
const firmwareInDataFolder: Readonly<Record<GuestArchitecture, Pairs>> = {
  // The two x86 flavours share one file of variables.
  x86_64: [['edk2-x86_64-code.fd', 'edk2-i386-vars.fd']],
  aarch64: [['edk2-aarch64-code.fd', 'edk2-arm-vars.fd']],
};

/** Where distributions put them: Debian and Ubuntu, Fedora, Arch. Files without Secure Boot. */
const firmwareOfDistributions: Readonly<Record<GuestArchitecture, Pairs>> = {
  x86_64: [
    ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
    ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
    ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
  ],
  aarch64: [
    ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
    [
      '/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw',
      '/usr/share/edk2/aarch64/vars-template-pflash.raw',
    ],
    ['/usr/share/edk2/aarch64/QEMU_CODE.fd', '/usr/share/edk2/aarch64/QEMU_VARS.fd'],
  ],
};

/** Where firmware may lie, best first: the distribution's, then what came with QEMU in `dataFolders`. */
export function firmwareCandidates(
  architecture: GuestArchitecture,
  dataFolders: readonly string[],
): readonly Firmware[] {
  const beside = dataFolders.flatMap((folder) =>
    firmwareInDataFolder[architecture].map(([code, variables]) => ({
      code: join(folder, code),
      variables: join(folder, variables),
    })),
  );
  const installed = firmwareOfDistributions[architecture].map(([code, variables]) => ({
    code,
    variables,
  }));
  return [...installed, ...beside];
}

/** The architecture of this computer, from Node's word for it. Throws HYPERVISOR_UNAVAILABLE. */
export function hostArchitecture(nodeArchitecture: string = process.arch): GuestArchitecture {
  switch (nodeArchitecture) {
    case 'x64':
      return 'x86_64';
    case 'arm64':
      return 'aarch64';
    default:
      throw new TorporError(
        'HYPERVISOR_UNAVAILABLE',
        `Torpor does not run guests on this kind of processor (${nodeArchitecture}).`,
        { hint: 'It runs on x86_64 and on 64-bit ARM.' },
      );
  }
}
