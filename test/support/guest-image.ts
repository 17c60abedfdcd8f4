/**
 * The Linux guest of the guest tests and of the demo, as guest/build makes it. What it says and answers on
 * its serial console is written down at the top of guest/init.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface GuestImage {
  /** Absolute path of the kernel, for `-kernel`. */
  readonly kernel: string;
  /** Absolute path of the initial RAM disk, for `-initrd`. */
  readonly initrd: string;
  /** For `-append`. */
  readonly commandLine: string;
}

/**
 * No kernel message may land between the guest's own lines, a panic becomes a reboot at once (a test then
 * sees a second READY instead of silence), and the nonce must not wait for randomness.
 */
const options = 'quiet loglevel=1 panic=-1 random.trust_cpu=on';

/**
 * The paths of the guest image; TORPOR_GUEST_KERNEL and TORPOR_GUEST_INITRD replace the built ones.
 * Throws an Error that names guest/build when a file is missing.
 */
export function guestImage(): GuestImage {
  const folder = join(import.meta.dirname, '..', '..', '.cache', 'guest');
  const kernel = process.env.TORPOR_GUEST_KERNEL ?? join(folder, 'vmlinuz');
  const initrd = process.env.TORPOR_GUEST_INITRD ?? join(folder, 'initrd.img');
  for (const path of [kernel, initrd]) {
    if (!existsSync(path)) {
      throw new Error(`The guest image is not there: ${path}. Build it with guest/build.`);
    }
  }
  const console = process.arch === 'arm64' ? 'ttyAMA0' : 'ttyS0';
  return { kernel, initrd, commandLine: `console=${console} ${options}` };
}
