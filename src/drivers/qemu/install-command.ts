import type { GuestArchitecture } from './architecture.ts';

/** Which systems a package list is for, by the words of os-release's ID and ID_LIKE. */
interface Family {
  readonly ids: readonly string[];
  readonly command: Readonly<Record<GuestArchitecture, string>>;
}

/** Each command brings QEMU, qemu-img and UEFI firmware. */
const families: readonly Family[] = [
  {
    ids: ['debian', 'ubuntu'],
    command: {
      x86_64: 'sudo apt-get install qemu-system-x86 qemu-utils ovmf',
      aarch64: 'sudo apt-get install qemu-system-arm qemu-utils qemu-efi-aarch64',
    },
  },
  {
    ids: ['fedora', 'rhel', 'centos'],
    command: {
      x86_64: 'sudo dnf install qemu-system-x86 qemu-img edk2-ovmf',
      aarch64: 'sudo dnf install qemu-system-aarch64 qemu-img edk2-aarch64',
    },
  },
  {
    ids: ['arch'],
    command: {
      x86_64: 'sudo pacman -S qemu-system-x86 qemu-img edk2-ovmf',
      aarch64: 'sudo pacman -S qemu-system-aarch64 qemu-img edk2-aarch64',
    },
  },
];

/**
 * A sentence with the command that installs QEMU here. `osRelease` is the text of /etc/os-release
 * (os-release(5)), empty where there is none; an unknown system gets words without a command.
 */
export function installHint(
  platform: NodeJS.Platform,
  architecture: GuestArchitecture,
  osRelease: string,
): string {
  if (platform === 'darwin') return 'Install it: brew install qemu';
  const ids = idsOf(osRelease);
  const family = families.find((candidate) => candidate.ids.some((id) => ids.includes(id)));
  return family === undefined
    ? "Install QEMU 7.2 or newer, with qemu-img, by your system's package manager."
    : `Install it: ${family.command[architecture]}`;
}

function idsOf(osRelease: string): readonly string[] {
  return osRelease.split('\n').flatMap((line) => {
    const value = /^(?:ID|ID_LIKE)=(.*)$/.exec(line.trim())?.[1] ?? '';
    return value.replaceAll(/["']/g, '').split(/\s+/).filter(Boolean);
  });
}
