import { type Fact, known, unknown } from '../fact.ts';
import { isVersion, latest, majorOf } from '../version.ts';
import { virtualMac } from './device.ts';
import {
  dictAt,
  isDict,
  listAt,
  type PlistDict,
  type PlistValue,
  textAt,
  wholeAt,
} from './plist-value.ts';

/** What the virtual machine's identity of an image asks of the host and of the machine. */
export interface Requirements {
  /** CFBundleVersion of the host's MobileDevice.framework, at least. */
  readonly mobileDevice: Fact<string>;
  readonly host: Fact<string>;
  readonly cpus: Fact<number>;
  readonly memoryMiB: Fact<number>;
}

export interface Manifest {
  readonly productVersion: string | undefined;
  readonly build: string | undefined;
  readonly products: readonly string[];
  /** Apple's name of the branch, for instance `CheerF`; ends in `Seed` for seeds only by custom. */
  readonly train: string | undefined;
  readonly forVms: boolean;
  readonly requires: Requirements;
  /** Bytes of the system volume and what it takes at least on the disk. */
  readonly systemDiskBytes: number | undefined;
}

const source = 'BuildManifest.plist of the image';

/** The keys of a manifest that preflight never reads and need not be kept: nine tenths of it. */
export function skipDigests(path: readonly string[]): boolean {
  return path[0] === 'BuildIdentities' && (path[1] === 'Manifest' || path[2] === 'VariantContents');
}

/**
 * What a BuildManifest.plist says. An image lists its VM identity three times (erase, upgrade,
 * macOS Customer); should they ever disagree, the higher demand counts.
 */
export function readManifest(list: PlistValue): Manifest {
  const identities = listAt(list, 'BuildIdentities').filter(isDict);
  const forVm = identities.filter(isVmIdentity);
  const infos = forVm
    .map((identity) => dictAt(identity, 'Info'))
    .filter((info) => info !== undefined);
  const products = listAt(list, 'SupportedProductTypes').filter((each) => typeof each === 'string');
  const version = versionAt(list, 'ProductVersion');
  const build = textAt(list, 'ProductBuildVersion') ?? first(infos, 'BuildNumber');
  return {
    productVersion: version,
    build,
    products: products.slice(0, 500),
    train: first(infos, 'BuildTrain'),
    forVms: forVm.length > 0 || (identities.length === 0 && products.includes(virtualMac)),
    requires: requirements(infos, version),
    systemDiskBytes: megabytes(infos),
  };
}

function isVmIdentity(identity: PlistDict): boolean {
  return (
    textAt(dictAt(identity, 'Info'), 'DeviceClass')?.toLowerCase() === 'vma2macosap' ||
    textAt(identity, 'Ap,ProductType') === virtualMac ||
    wholeAt(identity, 'ApChipID') === 0xfe00
  );
}

function requirements(infos: readonly PlistDict[], version: string | undefined): Requirements {
  const oldMajor = version !== undefined && majorOf(version) <= 13 ? majorOf(version) : undefined;
  const absent = <T>(what: string, assumed: T): Fact<T> =>
    oldMajor === undefined
      ? unknown(`the image does not state ${what}`, source)
      : known(assumed, `assumed: images of macOS ${oldMajor} may leave out ${what}`);
  const versionOf = (key: string): string | undefined =>
    latest(infos.map((info) => versionAt(info, key)).filter((each) => each !== undefined));
  const wholeOf = (key: string): number | undefined => {
    const found = infos.map((info) => wholeAt(info, key)).filter((each) => each !== undefined);
    return found.length === 0 ? undefined : Math.max(...found);
  };
  const mobileDevice = versionOf('MobileDeviceMinVersion');
  const host = versionOf('VirtualMachineMinHostOS');
  const cpus = wholeOf('VirtualMachineMinCPUCount');
  const memory = wholeOf('VirtualMachineMinMemorySizeMB');
  return {
    mobileDevice:
      mobileDevice === undefined
        ? unknown('the image does not state which device support it needs', source)
        : known(mobileDevice, `MobileDeviceMinVersion in ${source}`),
    host:
      host === undefined
        ? absent('a host version', '12.0')
        : known(host, `VirtualMachineMinHostOS in ${source}`),
    cpus:
      cpus === undefined
        ? absent('a number of CPUs', 2)
        : known(cpus, `VirtualMachineMinCPUCount in ${source}`),
    memoryMiB:
      memory === undefined
        ? absent('an amount of memory', 4096)
        : known(memory, `VirtualMachineMinMemorySizeMB in ${source}`),
  };
}

function versionAt(list: PlistValue | undefined, key: string): string | undefined {
  const text = textAt(list, key);
  return text !== undefined && isVersion(text) ? text : undefined;
}

function first(infos: readonly PlistDict[], key: string): string | undefined {
  return infos.map((info) => textAt(info, key)).find((each) => each !== undefined);
}

/** MinimumSystemPartition and OSDiskImageSize are whole megabytes. */
function megabytes(infos: readonly PlistDict[]): number | undefined {
  const sizes = infos.flatMap((info) => [
    wholeAt(info, 'MinimumSystemPartition') ?? 0,
    wholeAt(info, 'OSDiskImageSize') ?? 0,
  ]);
  const most = Math.max(0, ...sizes);
  return most === 0 ? undefined : most * 1_000_000;
}
