import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errnoOf, TorporError } from '../../core/errors.ts';
import type { GuestArchitecture } from './architecture.ts';
import { type HostFiles, hostFiles } from './files.ts';

/** Apple's Hypervisor framework, Linux's KVM, and QEMU's own emulation in software. */
export const acceleratorNames = ['hvf', 'kvm', 'tcg'] as const;

export type Accelerator = (typeof acceleratorNames)[number];

/** What was found; each accelerator's fitness follows from it alone. */
export interface AcceleratorFacts {
  readonly platform: NodeJS.Platform;
  readonly host: GuestArchitecture;
  readonly guest: GuestArchitecture;
  /** What this QEMU was compiled with (`QemuFacts.accelerators`). */
  readonly compiledIn: readonly Accelerator[];
  /** `failed` names the system's error. */
  readonly kvmDevice: 'opens' | 'missing' | { readonly failed: string };
  /** The CPU's flag vmx or svm; `unknown` where the kernel has no such list (macOS, ARM). */
  readonly virtualizationFlag: 'present' | 'missing' | 'unknown';
  /** macOS's answer to whether the Hypervisor framework works here; undefined when it gave none. */
  readonly hypervisorFramework: boolean | undefined;
}

export interface ConsideredAccelerator {
  readonly accelerator: Accelerator;
  readonly usable: boolean;
  /** A sentence for a person, shown by `torpor doctor`. */
  readonly reason: string;
}

export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  /** `configured`: the user chose it, even when `considered` says that it is not usable. */
  readonly by: 'fitness' | 'configured';
  /** All three, best first. */
  readonly considered: readonly ConsideredAccelerator[];
}

type Verdict = Pick<ConsideredAccelerator, 'usable' | 'reason'>;

/**
 * Chooses the fastest accelerator that really works, or the configured one whatever was found.
 * Throws HYPERVISOR_UNAVAILABLE when none is usable; its details hold what was considered.
 */
export function chooseAccelerator(
  facts: AcceleratorFacts,
  configured?: Accelerator,
): AcceleratorChoice {
  const considered = acceleratorNames.map((accelerator) => ({
    accelerator,
    ...judge(accelerator, facts),
  }));
  if (configured !== undefined) return { accelerator: configured, by: 'configured', considered };
  const best = considered.find(({ usable }) => usable);
  if (best === undefined) {
    throw new TorporError('HYPERVISOR_UNAVAILABLE', 'QEMU cannot run a guest on this computer.', {
      hint: considered.map(({ reason }) => reason).join(' '),
      details: { considered },
    });
  }
  return { accelerator: best.accelerator, by: 'fitness', considered };
}

function judge(accelerator: Accelerator, facts: AcceleratorFacts): Verdict {
  switch (accelerator) {
    case 'hvf':
      return judgeHvf(facts);
    case 'kvm':
      return judgeKvm(facts);
    case 'tcg':
      return facts.compiledIn.includes('tcg')
        ? usable('tcg, emulation in software, works everywhere; guests run many times slower.')
        : unusable('This QEMU was compiled without tcg, its emulation in software.');
  }
}

function judgeHvf({
  platform,
  host,
  guest,
  compiledIn,
  hypervisorFramework,
}: AcceleratorFacts): Verdict {
  if (platform !== 'darwin') return unusable('hvf exists on macOS only.');
  if (host !== guest) return unusable(otherArchitecture('hvf', host, guest));
  if (!compiledIn.includes('hvf')) return unusable('This QEMU was compiled without hvf.');
  if (hypervisorFramework === undefined) {
    return unusable('macOS does not say whether its Hypervisor framework works (kern.hv_support).');
  }
  return hypervisorFramework
    ? usable('hvf works: the Hypervisor framework is available.')
    : unusable(
        'macOS says that its Hypervisor framework does not work here (kern.hv_support is 0), as is usual inside a virtual machine.',
      );
}

function judgeKvm(facts: AcceleratorFacts): Verdict {
  const { platform, host, guest, compiledIn, kvmDevice, virtualizationFlag } = facts;
  if (platform !== 'linux') return unusable('kvm exists on Linux only.');
  if (host !== guest) return unusable(otherArchitecture('kvm', host, guest));
  if (!compiledIn.includes('kvm')) return unusable('This QEMU was compiled without kvm.');
  if (kvmDevice === 'missing') {
    return unusable(
      'There is no /dev/kvm: the kvm kernel module is not loaded, virtualization is off in the firmware, or this is a virtual machine without nested virtualization.',
    );
  }
  if (kvmDevice !== 'opens') {
    return unusable(
      kvmDevice.failed === 'EACCES'
        ? 'This user may not open /dev/kvm. Join the group that owns it (sudo usermod -aG kvm $USER) and log in again.'
        : `/dev/kvm does not open (${kvmDevice.failed}).`,
    );
  }
  if (host === 'x86_64' && virtualizationFlag === 'missing') {
    return unusable(
      '/dev/kvm opens, but the processor shows neither vmx nor svm in /proc/cpuinfo: whatever answers there is no full KVM, and ordinary guests hang under it.',
    );
  }
  // /proc/cpuinfo always has the flags on x86; without them nothing is known, so nothing is claimed.
  if (host === 'x86_64' && virtualizationFlag === 'unknown') {
    return unusable(
      '/dev/kvm opens, but /proc/cpuinfo does not say whether the processor has vmx or svm.',
    );
  }
  return usable('kvm works: /dev/kvm opens and the processor supports virtualization.');
}

function otherArchitecture(
  accelerator: Accelerator,
  host: GuestArchitecture,
  guest: GuestArchitecture,
): string {
  return `${accelerator} runs guests of the host's kind only: the host is ${host}, the guest ${guest}.`;
}

function usable(reason: string): Verdict {
  return { usable: true, reason };
}

function unusable(reason: string): Verdict {
  return { usable: false, reason };
}

export interface AcceleratorQuestion {
  readonly platform: NodeJS.Platform;
  readonly host: GuestArchitecture;
  readonly guest: GuestArchitecture;
  readonly compiledIn: readonly Accelerator[];
  readonly files?: HostFiles | undefined;
  /** The value of one of macOS's sysctl names; throws where it is unknown. */
  readonly readSysctl?: ((name: string) => Promise<string>) | undefined;
}

/** Looks at the host; opens /dev/kvm for a moment on Linux, and changes nothing. Never throws. */
export async function readAcceleratorFacts(
  question: AcceleratorQuestion,
): Promise<AcceleratorFacts> {
  const { platform, host, guest, compiledIn, files = hostFiles, readSysctl = sysctl } = question;
  const linux = platform === 'linux';
  return {
    platform,
    host,
    guest,
    compiledIn,
    kvmDevice: linux ? await readKvmDevice(files) : 'missing',
    virtualizationFlag: linux ? await readVirtualizationFlag(files) : 'unknown',
    hypervisorFramework:
      platform === 'darwin' ? await readHypervisorFramework(readSysctl) : undefined,
  };
}

async function readKvmDevice(files: HostFiles): Promise<AcceleratorFacts['kvmDevice']> {
  try {
    await files.tryReadWrite('/dev/kvm');
    return 'opens';
  } catch (error) {
    const errno = errnoOf(error) ?? String(error);
    return errno === 'ENOENT' ? 'missing' : { failed: errno };
  }
}

async function readVirtualizationFlag(
  files: HostFiles,
): Promise<AcceleratorFacts['virtualizationFlag']> {
  const text = await files.readText('/proc/cpuinfo').catch(() => '');
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1];
  if (flags === undefined) return 'unknown';
  return /\b(?:vmx|svm)\b/.test(flags) ? 'present' : 'missing';
}

/** `kern.hv_support`, as Apple's Hypervisor documentation tells to ask. */
async function readHypervisorFramework(
  readSysctl: (name: string) => Promise<string>,
): Promise<boolean | undefined> {
  const value = (await readSysctl('kern.hv_support').catch(() => '')).trim();
  return value === '' ? undefined : value === '1';
}

async function sysctl(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)('/usr/sbin/sysctl', ['-n', name]);
  return stdout;
}
