import { type Fact, known, unknown } from '../fact.ts';
import { textAt } from '../image/plist-value.ts';
import { isVersion } from '../version.ts';
import type { HostAccess } from './access.ts';
import { orUnknown, readPlist } from './read-list.ts';

export interface MacosVersion {
  readonly version: string;
  readonly build: string;
}

export interface Hardware {
  readonly appleSilicon: Fact<boolean>;
  /** The hypervisor is there and switched on. */
  readonly virtualization: Fact<boolean>;
  /** macOS itself runs in a virtual machine. */
  readonly inVirtualMachine: Fact<boolean>;
  readonly cpus: Fact<number>;
  readonly memoryBytes: Fact<number>;
}

const versionList = '/System/Library/CoreServices/SystemVersion.plist';

export async function readMacosVersion(access: HostAccess): Promise<Fact<MacosVersion>> {
  if (access.platform !== 'darwin') return notAMac(access);
  return await orUnknown(versionList, async () => {
    const list = await readPlist(access, versionList);
    const version = textAt(list, 'ProductVersion');
    const build = textAt(list, 'ProductBuildVersion');
    if (version === undefined || !isVersion(version) || build === undefined) {
      return unknown('the file is missing or does not name a version', versionList);
    }
    return known({ version, build }, versionList);
  });
}

export async function readHardware(access: HostAccess): Promise<Hardware> {
  if (access.platform !== 'darwin') {
    const none = notAMac(access);
    return {
      appleSilicon: none,
      virtualization: none,
      inVirtualMachine: none,
      cpus: none,
      memoryBytes: none,
    };
  }
  const [arm64, hypervisor, guest, cpus, memory] = await Promise.all([
    sysctl(access, 'hw.optional.arm64'),
    sysctl(access, 'kern.hv_support'),
    sysctl(access, 'kern.hv_vmm_present'),
    sysctl(access, 'hw.ncpu'),
    sysctl(access, 'hw.memsize'),
  ]);
  return {
    appleSilicon: yes(arm64),
    virtualization: yes(hypervisor),
    inVirtualMachine: yes(guest),
    cpus,
    memoryBytes: memory,
  };
}

export function notAMac(access: HostAccess): Fact<never> {
  return unknown(`${access.description} does not run macOS`, `platform “${access.platform}”`);
}

/**
 * A number the kernel tells. An Intel Mac does not know `hw.optional.arm64` at all, and sysctl then
 * ends with status 1: that is a no, unlike a sysctl that cannot be run.
 */
async function sysctl(access: HostAccess, name: string): Promise<Fact<number>> {
  const source = `sysctl ${name}`;
  return await orUnknown(source, async () => {
    const result = await access.run('sysctl', ['-n', name]);
    if (result === undefined) return unknown('sysctl gave no answer', source);
    if (result.code !== 0 && name === 'hw.optional.arm64') return known(0, source);
    const value = result.output.trim();
    if (result.code !== 0 || !/^\d{1,15}$/.test(value)) {
      return unknown('the kernel does not know this name', source);
    }
    return known(Number(value), source);
  });
}

function yes(fact: Fact<number>): Fact<boolean> {
  return fact.known ? known(fact.value === 1, fact.source) : fact;
}
